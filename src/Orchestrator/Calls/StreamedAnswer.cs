using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>What an attempt keeps of a live stream, whose reader gets the updates one by one.</summary>
internal sealed class StreamedAnswer
{
    /// <summary>The updates that wait for the answer to be committed.</summary>
    public HeldUpdates Held { get; } = new();

    /// <summary>The sum of the usage that the provider's updates tell the reader; null before the first.</summary>
    public UsageDetails? Told;

    /// <summary>The model that the provider's updates told last.</summary>
    public string? Model { get; set; }
}
