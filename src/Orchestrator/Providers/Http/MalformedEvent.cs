namespace Orchestrator.Providers;

/// <summary>
/// The raw representation of an update without content that stands for one unreadable event. The router decides whether the event is
/// skipped or the answer starts over at another provider, because only the router knows whether text was handed out already.
/// </summary>
internal sealed record MalformedEvent(LlmException Error);
