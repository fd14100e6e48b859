namespace Orchestrator.Wall;

/// <summary>One fault of the primary, and what has to come of it.</summary>
/// <param name="Name">What goes wrong.</param>
/// <param name="Fault">The fault.</param>
/// <param name="Kinds">The kinds the primary's attempt may fail with; empty when it is to succeed.</param>
internal sealed record FaultCase(string Name, Fault Fault, params LlmErrorKind[] Kinds)
{
    /// <summary>Whether the fault comes after the first word: a live stream cannot go elsewhere then.</summary>
    public bool AfterCommit { get; init; }

    /// <summary>The longest the caller may wait, by the clock of the run.</summary>
    public TimeSpan Bound { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far the memory of the whole process may grow, in bytes; null when it is not looked at.</summary>
    public long? Memory { get; init; }

    /// <summary>How many attempts the primary may get at most; null when it is not looked at.</summary>
    public int? MostAttempts { get; init; }

    /// <summary>Whether the first error decides, although a retry may follow it on the same provider.</summary>
    public bool Always { get; init; } = true;

    public async Task RunAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            if (Always)
                world.Primary.Always = Fault;
            else
                world.Primary.Enqueue(Fault);
            using var memory = Memory is null ? null : new MemoryWatch();
            var answer = await world.AskAsync().ConfigureAwait(false);
            if (memory is not null)
                checks.Required(memory.Growth() <= Memory, $"{Name}: memory grew by {memory.Growth() >> 20} MB");
            Check(world, answer, checks);
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private void Check(WallWorld world, WallAnswer answer, WallChecks checks)
    {
        var attempt = world.Ledger.Of("primary").FirstOrDefault();
        var kind = attempt?.Error?.Kind;
        checks.Required(answer.Took <= Bound + (world.Clock.IsReal ? TimeSpan.FromSeconds(2) : TimeSpan.Zero),
            $"{Name}: took {answer.Took.TotalSeconds:0.00} s, {Bound.TotalSeconds:0.00} allowed");
        var attempts = world.Ledger.Of("primary").Count();
        checks.Required(MostAttempts is null || attempts <= MostAttempts, $"{Name}: {attempts} attempts, {MostAttempts} allowed");
        if (Kinds.Length == 0)
        {
            checks.Required(attempt?.Outcome == AttemptOutcome.Succeeded && answer.Text == WallText.Primary, $"{Name}: {answer.Said}");
            return;
        }

        checks.Required(kind is { } k && Kinds.Contains(k),
            $"{Name}: the primary failed with {kind?.ToString() ?? "nothing"}, {string.Join(" or ", Kinds)} expected");
        if (AfterCommit && world.Setting.Mode == WallMode.Live)
        {
            checks.Required(answer.LlmError is { } error && Kinds.Contains(error.Kind), $"{Name}: {answer.Said}");
            checks.Required(answer.LlmError?.PartialText is { Length: > 0 } part && part == answer.Text && WallText.Primary.StartsWith(part,
                StringComparison.Ordinal), $"{Name}: the text so far is missing");
        }
        else
        {
            checks.Required(answer.IsComplete && answer.Route?.Provider.Name == "secondary", $"{Name}: {answer.Said}");
        }
    }
}
