namespace Orchestrator.Wall;

/// <summary>The figures of a scenario of several worlds.</summary>
internal sealed class WallTally
{
    public int Primary { get; private set; }

    public int Secondary { get; private set; }

    /// <summary>What is worth saying of a run in which everything held.</summary>
    public string Note { get; set; } = "";

    /// <summary>Why the scenario does not apply; null when it does.</summary>
    public string? Skipped { get; set; }

    /// <summary>Adds what a world saw, and checks that it was left in order.</summary>
    public async Task CloseAsync(WallWorld world, WallChecks checks)
    {
        await WallInvariants.CheckAsync(world, checks).ConfigureAwait(false);
        Add(world);
    }

    /// <summary>Adds what a world saw whose router is gone.</summary>
    public void Add(WallWorld world)
    {
        Primary += world.PrimaryCount;
        Secondary += world.SecondaryCount;
    }
}
