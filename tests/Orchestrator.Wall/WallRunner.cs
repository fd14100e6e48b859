namespace Orchestrator.Wall;

/// <summary>Runs scenarios one after the other.</summary>
internal static class WallRunner
{
    // In real time the longest scenario takes about four minutes; in virtual time seconds.
    private static readonly TimeSpan RealLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan VirtualLimit = TimeSpan.FromSeconds(90);

    /// <summary>Runs a scenario in one mode, with a clock of its own.</summary>
    public static async Task<WallResult> RunAsync(WallScenario scenario, WallMode mode, IWallProtocol protocol, bool realTime = false)
    {
        // On the pool, whatever context the caller has: see the virtual clock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using WallClock clock = realTime ? new RealClock() : new VirtualClock();
        try
        {
            var run = scenario.RunAsync(new WallSetting(protocol, mode, clock));
            return await run.WaitAsync(realTime ? RealLimit : VirtualLimit, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            return Broken($"hung: {error.Message}");
        }
        catch (Exception error)
        {
            // The wall's own fault, or something so odd that no check foresaw it: never a pass.
            return Broken(
                $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")} "
                + $"{error.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Wall", StringComparison.Ordinal))?.Trim()}");
        }

        WallResult Broken(string note) => new(scenario.Id, scenario.Title, mode, WallVerdict.Fail, 0, 0, 0, note);
    }
}
