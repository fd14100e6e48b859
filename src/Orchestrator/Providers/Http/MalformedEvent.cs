namespace Orchestrator.Providers;

/// <summary>
/// Rides as the raw representation of an update without content, in place of one event that could not be read. Only the router knows
/// whether text was handed out already, and so whether the event may be skipped or the answer must start over elsewhere.
/// </summary>
internal sealed record MalformedEvent(LlmException Error);
