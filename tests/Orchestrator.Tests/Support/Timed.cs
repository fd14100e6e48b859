namespace Orchestrator.Tests;

/// <summary>Tests that look at a real clock run alone, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Timed
{
    public const string Name = "Timed";
}
