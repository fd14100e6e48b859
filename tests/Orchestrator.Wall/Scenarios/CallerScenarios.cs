namespace Orchestrator.Wall;

/// <summary>N12, N13: the caller changes its mind.</summary>
internal static class CallerScenarios
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // What the real time of a closing socket may be on a busy machine; by the virtual clock it takes no time at all.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromMilliseconds(100);

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("N12", "the caller cancels", async (setting, checks, tally) =>
            {
                await BeforeSendAsync(setting, checks, tally).ConfigureAwait(false);
                await CancelAsync(setting, checks, tally, "before the first token", Fault.Hang(), Second).ConfigureAwait(false);
                await CancelAsync(
                    setting, checks, tally, "mid-stream", Fault.Stall(setting.Protocol.EventsOf(20)), Second).ConfigureAwait(false);
                await CancelAsync(
                    setting, checks, tally, "waiting for Retry-After", Fault.RateLimited("2"), Second, alone: true).ConfigureAwait(false);
                await CancelAsync(setting, checks, tally, "in back-off", Fault.Status(500), TimeSpan.FromMilliseconds(100), alone: true)
                    .ConfigureAwait(false);
                await InQueueAsync(setting, checks, tally).ConfigureAwait(false);
            });
            yield return WallScenario.OfMany("N13", "the caller stops reading", LeaveAsync, WallMode.Live, WallMode.LiveWithRestart);
        }
    }

    private static async Task BeforeSendAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            var answer = await world.AskAsync(cancellationToken: new CancellationToken(canceled: true)).ConfigureAwait(false);
            checks.Required(answer.Error is OperationCanceledException, $"before send: {answer.Said}");
            checks.Required(
                world.PrimaryCount + world.SecondaryCount == 0 && world.Ledger.Attempts.Count == 0, "before send: an attempt was made");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task CancelAsync(
        WallSetting setting, WallChecks checks, WallTally tally, string when, Fault fault, TimeSpan after, bool alone = false)
    {
        var world = new WallWorld(setting, alone: alone);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Always = fault;
            using var caller = new CancellationTokenSource();
            var asking = world.AskAsync(cancellationToken: caller.Token);
            await world.Clock.DelayAsync(after).ConfigureAwait(false);
            if (asking.IsCompleted)
            {
                // There is no waiting to be interrupted in.
                checks.Required(false, $"{when}: the call had ended before it was cancelled: {(await asking.ConfigureAwait(false)).Said}");
                return;
            }

            var (cancelled, connected) = (world.Clock.Elapsed, world.Primary.OpenCount);
            await caller.CancelAsync().ConfigureAwait(false);
            var answer = await asking.ConfigureAwait(false);
            checks.Required(answer.Error is OperationCanceledException cancellation && !answer.Hung, $"{when}: {answer.Said}");
            checks.Required(world.Clock.Elapsed - cancelled <= CloseLimit + Slack(world),
                $"{when}: came back {(world.Clock.Elapsed - cancelled).TotalMilliseconds:0} ms later");
            if (world.Ledger.Attempts.Any(a => a.Outcome == AttemptOutcome.Cancelled))
            {
                await world.Primary.WhenDisconnectedAsync(CloseLimit + Slack(world)).ConfigureAwait(false);
                checks.Required(
                    world.Ledger.Attempts.Count(a => a.Outcome == AttemptOutcome.Cancelled) == 1, $"{when}: cancelled more than once");
            }

            checks.Required(world.SecondaryCount == 0, $"{when}: went on to another provider");
            var failed = when.StartsWith("in ", StringComparison.Ordinal) || when.StartsWith("waiting", StringComparison.Ordinal) ? 1 : 0;
            checks.Required(
                world.Ledger.Attempts.Count(a => a.Outcome == AttemptOutcome.Failed) == failed, $"{when}: counted as a failure");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// One at a time is served; the second waits, or fails at once because there is no room. Cancelled, it leaves no trace.
    /// </summary>
    private static async Task InQueueAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting, empty: true);
        await using (world.ConfigureAwait(false))
        {
            world.Router.AddProvider(new NarrowProvider(world.NewPrimary()), world.Options with { MaxConcurrency = null });
            world.Primary.Always = Fault.Delay(5 * Second);
            var first = world.AskAsync();
            await world.Primary.WhenAskedAsync(1, 4 * Second).ConfigureAwait(false);
            using var caller = new CancellationTokenSource();
            var second = world.AskAsync(cancellationToken: caller.Token);
            await world.Clock.DelayAsync(Second).ConfigureAwait(false);
            await caller.CancelAsync().ConfigureAwait(false);
            var answer = await second.ConfigureAwait(false);
            checks.Required(
                answer.Error is OperationCanceledException || answer.LlmError?.Kind is LlmErrorKind.NoCandidate or LlmErrorKind.Overloaded,
                $"in the queue: {answer.Said}");
            checks.Required((await first.ConfigureAwait(false)).IsComplete, "in the queue: the call before was lost");
            checks.Required(world.PrimaryCount == 1, $"in the queue: {world.PrimaryCount} requests where one at a time is served");
            checks.Required(world.Ledger.Attempts.All(a => a.Outcome != AttemptOutcome.Failed), "in the queue: counted as a failure");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task LeaveAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Always = Fault.Stall(setting.Protocol.EventsOf(20));
            var answer = await world.AskAsync(leaveAfter: WallText.Primary.IndexOf("ash6", StringComparison.Ordinal)).ConfigureAwait(false);
            checks.Required(answer.Error is null && answer.Text.Length > 0, $"left with {answer.Said}");
            // What is left of the answer may be read for a fifth of a second of real time before the connection is closed.
            using (world.Clock.Hold())
                await world.Primary.WhenDisconnectedAsync(Second).ConfigureAwait(false);
            checks.Required(world.Ledger.Attempts is [{ Outcome: AttemptOutcome.Abandoned }],
                $"told as {string.Join(", ", world.Ledger.Attempts.Select(a => a.Outcome))}");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static TimeSpan Slack(WallWorld world) => world.Clock.IsReal ? Second : TimeSpan.Zero;

    /// <summary>Serves one call at a time.</summary>
    private sealed class NarrowProvider(ILlmProvider inner) : ILlmProvider, IDisposable
    {
        public ProviderInfo Info { get; } = inner.Info with { MaxConcurrency = 1 };

        public IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> GenerateAsync(
            LlmRequest request, CancellationToken cancellationToken) =>
            inner.GenerateAsync(request, cancellationToken);

        public void Dispose() => (inner as IDisposable)?.Dispose();
    }
}
