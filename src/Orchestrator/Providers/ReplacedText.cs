using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// The raw representation of a stream's last update when the vendor withdrew the text it had sent: this text replaces it. A router that has
/// handed out nothing uses this text and removes the object; a router that streams passes it on to a router around it.
/// </summary>
/// <param name="Text">The final text; may be empty.</param>
/// <param name="FinishReason">Why the final text ends.</param>
internal sealed record ReplacedText(string Text, ChatFinishReason? FinishReason);
