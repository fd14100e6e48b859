using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Rides on the last update of a stream as its raw representation: the vendor took back the text it had sent, and this is its answer. The router uses it
/// where nothing was handed out, and takes it off in any case.
/// </summary>
/// <param name="Text">The final text; may be empty.</param>
/// <param name="FinishReason">Why the final text ends.</param>
internal sealed record ReplacedText(string Text, ChatFinishReason? FinishReason);
