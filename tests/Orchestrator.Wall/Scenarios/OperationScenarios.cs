namespace Orchestrator.Wall;

/// <summary>N10, N17, N18: what happens around the calls while they run.</summary>
internal static class OperationScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("N10", "the token expires with 50 calls in flight", TokenAsync);
            yield return WallScenario.OfMany("N17", "providers come and go under 1,000 calls", ReplaceAsync);
            yield return WallScenario.OfMany("N18", "observer, strategy, logger and counter throw", ThrowAsync);
        }
    }

    private static async Task TokenAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        const int calls = 50;
        if (setting.Protocol.Tokens is not { } tokens)
        {
            tally.Skipped = $"{setting.Protocol.Name} has no tokens that expire";
            return;
        }

        var world = new WallWorld(setting, alone: true);
        await using (world.ConfigureAwait(false))
        {
            checks.Required((await world.AskAsync().ConfigureAwait(false)).IsComplete, "the call before was lost");
            var before = tokens.CountOf(world.Primary);
            tokens.Expire(world.Primary);
            var answers = await Task.WhenAll(Enumerable.Range(0, calls).Select(_ => world.AskAsync())).ConfigureAwait(false);
            checks.Required(answers.All(a => a.IsComplete), $"{answers.Count(a => !a.IsComplete)} of {calls} calls were lost");
            checks.Required(
                tokens.CountOf(world.Primary) - before == 1, $"{tokens.CountOf(world.Primary) - before} tokens were fetched, 1 expected");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task ReplaceAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        const int calls = 1000;
        var world = new WallWorld(setting, options => options.Strategy = RoutingStrategy.RoundRobin,
            primaryServer: new FaultServerOptions { MaxConnections = 4096 });
        await using (world.ConfigureAwait(false))
        {
            var all = Task.WhenAll(Enumerable.Range(0, calls).Select(_ => world.AskAsync()));
            for (var i = 0; i < 50; i++)
            {
                world.Add(world.Protocol.CreateProvider("third", world.Secondary.BaseUrl, WallWorld.SecondaryModel, world.Clock));
                await Task.Yield();
                world.Router.ReplaceProviders(
                    [new(world.NewSecondary(), world.Options), new(world.NewPrimary(), world.Options), new(Third(world), world.Options)]);
                await Task.Yield();
                checks.Required(world.Router.RemoveProvider("third"), "a provider was not there to be removed");
            }

            var answers = await all.ConfigureAwait(false);
            foreach (var lost in answers.Where(a => !a.IsComplete).Select(a => a.Said).Distinct())
                checks.Required(false, $"a call was lost: {lost}");
            checks.Required(world.PrimaryCount + world.SecondaryCount == calls,
                $"{world.PrimaryCount + world.SecondaryCount} requests for {calls} calls");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }

        static ILlmProvider Third(WallWorld world) =>
            world.Protocol.CreateProvider("third", world.Secondary.BaseUrl, WallWorld.SecondaryModel, world.Clock);
    }

    private static async Task ThrowAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        await ThrowAsync("observer", world => world.Ledger.Throws = true, 106).ConfigureAwait(false);
        await ThrowAsync(
            "strategy", static _ => { }, 105, options => options.CustomStrategy = new ThrowingStrategy()).ConfigureAwait(false);
        await ThrowAsync("logger", world => world.Log.Throws = true, null).ConfigureAwait(false);
        await ThrowAsync("logger and observer", world => world.Log.Throws = world.Ledger.Throws = true, null).ConfigureAwait(false);

        async Task ThrowAsync(string who, Action<WallWorld> arrange, int? logged, Action<RouterOptions>? configure = null)
        {
            var world = new WallWorld(setting, configure);
            await using (world.ConfigureAwait(false))
            {
                arrange(world);
                world.Primary.Always = Fault.Overloaded();
                var answer = await world.AskAsync().ConfigureAwait(false);
                checks.Required(answer.IsComplete, $"{who}: {answer.Said}");
                if (logged is { } id)
                {
                    // An observer receives every attempt, and each exception it throws is a fault of its own.
                    var faults = id == 106 ? world.Ledger.Attempts.Count : 1;
                    checks.Required(world.Log.Lines.Count(l => l.Id == id) == faults,
                        $"{who}: logged {world.Log.Lines.Count(l => l.Id == id)} times, {faults} expected");
                }

                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }

    private sealed class ThrowingStrategy : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
            throw new InvalidOperationException("The wall's strategy throws.");
    }
}
