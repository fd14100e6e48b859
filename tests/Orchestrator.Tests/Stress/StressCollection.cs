namespace Orchestrator.Tests.Stress;

/// <summary>Tests that load every processor: they run one at a time and after all others, so that no other test's timing suffers.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1515, CA1711 // xunit looks for public collection definitions.
public sealed class StressCollection
#pragma warning restore CA1515, CA1711
{
    public const string Name = "Stress";
}
