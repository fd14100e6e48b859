using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Rides on the last update of a stream as its raw representation: the vendor took back the text it had sent, and this is its answer. A
/// router that has handed out nothing uses it and takes it off; one that streams passes it on, for a router around it.
/// </summary>
/// <param name="Text">The final text; may be empty.</param>
/// <param name="FinishReason">Why the final text ends.</param>
internal sealed record ReplacedText(string Text, ChatFinishReason? FinishReason);
