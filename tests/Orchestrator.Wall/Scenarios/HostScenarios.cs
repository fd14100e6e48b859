namespace Orchestrator.Wall;

/// <summary>F41, F42, F59, F60: the process itself runs short, ends or does not keep up.</summary>
internal static class HostScenarios
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("F41", "the process has no file handle left", HandlesAsync);
            yield return WallScenario.OfMany("F42", "the port of the metrics is taken", PortAsync);
            yield return WallScenario.OfMany("F59", "disposed with 1,000 calls in flight", DisposeAsync);
            yield return WallScenario.OfMany(
                "F60", "the caller reads slower than the server writes", SlowReaderAsync, WallMode.Live, WallMode.LiveWithRestart);
        }
    }

    /// <summary>No server can be reached meanwhile, and the error says so; with free handles calls succeed again.</summary>
    private static async Task HandlesAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        if (!OperatingSystem.IsLinux())
        {
            tally.Skipped = "the limit of handles can only be set on Linux";
            return;
        }

        // The same once with a port that refuses: what is loaded on the way of an error needs handles too.
        using var closed = new ClosedPort();
        var world = new WallWorld(setting, empty: true);
        await using (world.ConfigureAwait(false))
        {
            world.Add(
                setting.Protocol.CreateProvider("primary", setting.Protocol.BaseOf(closed.Address), WallWorld.PrimaryModel, world.Clock));
            using (world.Clock.Hold())
                await world.AskAsync().ConfigureAwait(false);
            world.Router.ReplaceProviders([new(world.NewPrimary(), world.Options), new(world.NewSecondary(), world.Options)]);
            WallAnswer without;
            using (world.Clock.Hold())
            using (new HandleLimit())
                without = await world.AskAsync().ConfigureAwait(false);
            checks.Required(without.LlmError?.Kind == LlmErrorKind.Unavailable, $"without handles: {without.Said}");
            checks.Required(without.Took <= 3 * Second, $"without handles: took {without.Took.TotalSeconds:0.0} s, 3 allowed");
            checks.Required(world.PrimaryCount + world.SecondaryCount == 0, "without handles: a request got through");
            WallAnswer with;
            var recovered = world.Clock.Elapsed;
            do
            {
                with = await world.AskAsync().ConfigureAwait(false);
                if (!with.IsComplete)
                    await world.Clock.DelayAsync(Second / 2).ConfigureAwait(false);
            }
            while (!with.IsComplete && world.Clock.Elapsed - recovered < 30 * Second);
            checks.Required(with.IsComplete && world.Clock.Elapsed - recovered <= 2 * Second,
                $"with handles again: {with.Said} after {(world.Clock.Elapsed - recovered).TotalSeconds:0.0} s");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task PortAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            var begun = world.Clock.Elapsed;
            Exception? error = null;
            try
            {
                await world.Router.StartMetricsServerAsync(world.Secondary.Address.Port, "127.0.0.1").ConfigureAwait(false);
            }
            catch (IOException taking)
            {
                error = taking;
            }

            checks.Required(error is { Message.Length: > 20 }, "a taken port was not told");
            checks.Required(world.Clock.Elapsed - begun <= Second, "a taken port took more than a second to be told");
            var answer = await world.AskAsync().ConfigureAwait(false);
            checks.Required(answer.IsComplete && answer.Route?.Provider.Name == "primary", $"without metrics: {answer.Said}");
            // Which starts the endpoint on a free port.
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task DisposeAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        const int calls = 1000;
        var world = new WallWorld(setting, primaryServer: new FaultServerOptions { MaxConnections = 4096 });
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Always = Fault.Stall(setting.Protocol.EventsOf(20));
            var asking = Enumerable.Range(0, calls).Select(_ => world.AskAsync()).ToList();
            await world.Primary.WhenAskedAsync(calls, 5 * Second).ConfigureAwait(false);
            var disposed = world.Clock.Elapsed;
            await world.Router.DisposeAsync().ConfigureAwait(false);
            var answers = await Task.WhenAll(asking).ConfigureAwait(false);
            var took = world.Clock.Elapsed - disposed;
            checks.Required(
                took <= Second + (world.Clock.IsReal ? 2 * Second : TimeSpan.Zero), $"took {took.TotalSeconds:0.0} s, 1 allowed");
            checks.Required(answers.All(a => a.Error is ObjectDisposedException),
                $"calls ended as {string.Join(", ", answers.Select(a => a.Said).Distinct())}");
            checks.Required(world.Ledger.Attempts.Count(a => a.Outcome == AttemptOutcome.Cancelled) == calls,
                $"{world.Ledger.Attempts.Count(a => a.Outcome == AttemptOutcome.Cancelled)} of {calls} attempts were told as cancelled");
            using (world.Clock.Hold())
                await world.Primary.WhenDisconnectedAsync(10 * Second, world.Primary.ConnectionCount).ConfigureAwait(false);
            checks.Required(world.SecondaryCount == 0, "went on to another provider");
            tally.Add(world);
        }
    }

    /// <summary>
    /// A server that writes whatever it can, a caller that takes ten updates a second: what is not taken waits in the system, not in
    /// memory.
    /// </summary>
    private static async Task SlowReaderAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        const int updates = 20;
        if (setting.Protocol.Name == "yandexgpt")
        {
            tally.Skipped = "an event says the whole text so far, so that one sent over and over says nothing new";
            return;
        }

        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Always = Fault.RepeatEvent(setting.Protocol.EventsOf(1) - 1);
            var (read, before, most) = (0, 0L, 0L);
            // Bytes are under way all the time.
            using (world.Clock.Hold())
            {
                await foreach (var update in world.Router.RouteStreamAsync(WallSecrets.Prompt).ConfigureAwait(false))
                {
                    if (update.Text.Length == 0)
                        continue;
                    var held = GC.GetTotalMemory(forceFullCollection: true);
                    if (read++ == 0)
                        before = held;
                    most = Math.Max(most, held - before);
                    if (read == updates)
                        break;
                    await world.Clock.DelayAsync(Second / 10).ConfigureAwait(false);
                }
            }

            checks.Required(read == updates, $"{read} updates of {updates}");
            checks.Required(most <= 2 << 20, $"memory grew by {most >> 10} KB, 2,048 allowed");
            await world.Primary.WhenDisconnectedAsync(10 * Second).ConfigureAwait(false);
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }
}
