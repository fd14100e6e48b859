namespace Orchestrator.Wall;

/// <summary>The first provider's server cannot be reached; the second one answers.</summary>
/// <param name="What">What bars the way.</param>
/// <param name="Primary">The provider that cannot get through.</param>
/// <param name="Kinds">The kinds its attempt may fail with.</param>
internal sealed record BarredWay(string What, Func<WallWorld, ILlmProvider> Primary, params LlmErrorKind[] Kinds)
{
    /// <summary>The longest the caller may wait, by the clock of the run.</summary>
    public TimeSpan Bound { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether it is real work that the clock cannot see, such as a handshake: time passes as it does outside then.</summary>
    public bool IsReal { get; init; } = true;

    /// <summary>How often the way may be tried; null when it is not looked at.</summary>
    public int? Attempts { get; init; }

    /// <summary>In the order added, so that no probe moves the first one to the end.</summary>
    public async Task RunAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting, options => options.CustomStrategy = new InOrder(), empty: true);
        await using (world.ConfigureAwait(false))
        {
            world.Add(Primary(world));
            world.Add(world.NewSecondary());
            WallAnswer answer;
            using (IsReal ? world.Clock.Hold() : null)
                answer = await world.AskAsync().ConfigureAwait(false);
            var asked = world.Ledger.Of("primary").ToList();
            var first = asked.FirstOrDefault();
            checks.Required(answer.IsComplete && answer.Route?.Provider.Name == "secondary", $"{What}: {answer.Said}");
            checks.Required(
                first?.Error is { } error && Kinds.Contains(error.Kind), $"{What}: {first?.Error?.Kind.ToString() ?? "not asked"}");
            checks.Required(answer.Took <= Bound, $"{What}: took {answer.Took.TotalSeconds:0.0} s, {Bound.TotalSeconds:0} allowed");
            if (Attempts is { } most)
                checks.Required(asked.Count <= most, $"{What}: {asked.Count} attempts, {most} allowed");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    /// <summary>As added, without asking a provider beforehand.</summary>
    private sealed class InOrder : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => candidates;
    }
}
