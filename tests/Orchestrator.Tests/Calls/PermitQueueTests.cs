using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Calls.Turns;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Calls that queue for a permit: what they are granted, what it costs of the budget, and how long they wait.</summary>
public class PermitQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly VirtualClock _clock = new();
    private readonly TaskCompletionSource _gate = new();

    [Fact]
    public async Task A_call_that_failed_elsewhere_before_keeps_its_turn_and_pays_nothing_for_it()
    {
        var a = FakeProvider.Failing("a", LlmErrorKind.NotSupported);
        var b = FakeProvider.ByTurns("b", Holds(_gate.Task), Answers("b"));
        await using var router = InOrder(null, _clock, null, a, b);
        var calls = new List<Task> { Ask(router, "holder", "b"), Ask(router, "one") };
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 1);
        calls.Add(Ask(router, "two", "b"));
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 2);
        _gate.SetResult();
        await Task.WhenAll(calls).WaitAsync(Patience);
        b.Prompts.Should().Equal("holder", "one", "two");
    }

    [Fact]
    public async Task A_first_attempt_at_an_ejected_provider_is_free_after_a_wait_too()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var a = FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError), Holds(_gate.Task, LlmErrorKind.ServerError), Answers("a"));
        await using var router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 } }, _clock, null, a).ExportingTo(registry);
        await FailAsync(Ask(router, "ejects"));
        var holder = Ask(router, "holder");
        var calls = new[] { Ask(router, "one"), Ask(router, "two") };
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 2);
        _gate.SetResult();
        (await Task.WhenAll(calls).WaitAsync(Patience)).Should().Equal("a", "a");
        await FailAsync(holder);
        a.Prompts.Should().Equal("ejects", "holder", "one", "two");
        (await Exposition.ReadAsync(registry))["llm_queue_wait_seconds_count{provider=\"a\"}"].Should().Be(
            2, "no call was granted a permit and gave it back");
    }

    // The fifth call is worth 5 × 0.2 = 1 attempt, or not quite one.
    [Theory]
    [InlineData(0.2, true)]
    [InlineData(0.19, false)]
    public async Task A_second_attempt_at_an_ejected_provider_that_was_waited_for_is_paid(double share, bool paid)
    {
        var (gateB, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var a = FakeProvider.ByTurns(
            "a", Fails(LlmErrorKind.ServerError), Holds(_gate.Task, LlmErrorKind.ServerError), Fails(LlmErrorKind.ServerError));
        var b = FakeProvider.ByTurns("b", Fails(LlmErrorKind.ServerError), Holds(gateB.Task, LlmErrorKind.ServerError), Holds(end.Task));
        var log = new AttemptLog();
        var options = new RouterOptions
        {
            Observers = { log },
            Health = new() { ConsecutiveFailures = 1 },
            Retry = new() { MaxRetriesPerProvider = 0, BudgetPerSecond = 0, BudgetShare = share }
        };
        await using var router = InOrder(options, _clock, null, a, b);
        await FailAsync(Ask(router, "ejects", "a"));
        await FailAsync(Ask(router, "ejects", "b"));
        var holders = new[] { Ask(router, "holder", "a"), Ask(router, "holder", "b") };
        var call = Ask(router, "one");
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 1);
        _gate.SetResult();
        await UntilAsync(() => log.Attempts.Count == 4 && router.GetMetrics()["b"].Queued == 1);
        var last = Ask(router, "two", "b");
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 2);
        gateB.SetResult();
        // The call that had the permit first succeeds only now: from then on its provider is no longer ejected.
        if (!paid)
            (await FailAsync(call)).Should().BeOfType<AllProvidersFailedException>().Which.Attempts.Select(x => x.Provider.Name).Should()
                .Equal("a");
        await UntilAsync(() => b.Prompts.Count == 3);
        end.SetResult();
        if (paid)
            (await call.WaitAsync(Patience)).Should().Be("held");
        await last.WaitAsync(Patience);
        foreach (var holder in holders)
            await FailAsync(holder);
        b.Prompts.Skip(2).Should().Equal(paid ? ["one", "two"] : ["two"]);
    }

    [Theory]
    [BothModes]
    public async Task A_provider_that_is_left_out_meanwhile_is_not_asked_though_its_permit_is_free(bool streamed)
    {
        var a = FakeProvider.ByTurns("a", Holds(_gate.Task, LlmErrorKind.Authentication), Answers("never asked"));
        await using var router = InOrder(null, _clock, null, a);
        var holder = Ask(router, "holder");
        var call = router.FailAsync<LlmException>(streamed);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        _gate.SetResult();
        var error = await call;
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.NoCandidate, TimeSpan.FromSeconds(5)));
        await FailAsync(holder);
        a.Prompts.Should().Equal("holder");
        a.Disposals.Should().Be(0, "it is still listed");
        var metrics = router.GetMetrics()["a"];
        (metrics.InFlight, metrics.Queued).Should().Be((0, 0));
    }

    [Fact]
    public async Task A_trial_with_a_permit_that_was_waited_for_is_logged_before_the_provider_is_asked()
    {
        var logs = new Logs();
        var logged = 0;
        var a = FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError), Holds(_gate.Task, LlmErrorKind.ServerError), () =>
        {
            logged = logs.Named("llm_provider_trial").Count();
            return Some.Answer("a");
        });
        await using var router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 } }, _clock, logs, a);
        await FailAsync(Ask(router, "ejects"));
        var holder = Ask(router, "holder");
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        var call = router.RouteAsync("trial");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        _gate.SetResult();
        (await call.WaitAsync(Patience)).Attempts.Single().Role.Should().Be(AttemptRole.Trial);
        await FailAsync(holder);
        logged.Should().Be(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_in_line_wakes_for_a_provider_that_stands_better_just_after_it_does(bool limited)
    {
        var a = FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError), Answers("a"));
        var b = FakeProvider.ByTurns("b", Holds(_gate.Task), Answers("b"));
        var limit = limited ? TimeSpan.FromSeconds(100) : Timeout.InfiniteTimeSpan;
        await using var router = InOrder(
            new() { Health = new() { ConsecutiveFailures = 1 }, Timeouts = new() { Call = limit } }, _clock, null, a, b);
        await FailAsync(Ask(router, "ejects", "a"));
        var holder = Ask(router, "holder", "b");
        var timers = _clock.Waiting;
        var call = Ask(router, "one");
        await UntilAsync(() => _clock.Waiting == timers + 1);
        _clock.Advance(router.GetMetrics()["a"].AvailableIn!.Value - TimeSpan.FromMilliseconds(0.5));
        _clock.Waiting.Should().Be(timers + 1, "a call that leaves the queue too early loses its turn for nothing");
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        (await call.WaitAsync(Patience)).Should().Be("a");
        _gate.SetResult();
        await holder;
    }

    // An ejection of four seconds at least, and a limit that runs out before.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_limit_of_the_request_ends_the_wait_before_any_provider_is_better_available(bool failedBefore)
    {
        var a = FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError), Answers("a"));
        var b = FakeProvider.ByTurns("b", Holds(_gate.Task));
        var c = FakeProvider.ByTurns("c", Fails(LlmErrorKind.NotSupported));
        await using var router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 } }, _clock, null, a, b);
        if (failedBefore)
            router.AddProvider(c);
        await FailAsync(Ask(router, "ejects", "a"));
        var holder = Ask(router, "holder", "b");
        var call = router.RouteAsync(new LlmRequest("one") { Timeouts = new() { Call = TimeSpan.FromSeconds(3) } });
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 1);
        _clock.Advance(TimeSpan.FromSeconds(3));
        var error = await FailAsync(call);
        if (failedBefore)
            error.Should().BeOfType<AllProvidersFailedException>().Which.Attempts.Select(x => x.Provider.Name).Should().Equal("c");
        else
            error.Should().Match<LlmException>(e => e.Kind == LlmErrorKind.Timeout && e.Message.Contains(" 3 s "));
        _gate.SetResult();
        await holder;
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_that_error_though_the_limit_has_run_out_meanwhile()
    {
        var clock = new HandClock();
        var a = FakeProvider.ByTurns("a", Holds(_gate.Task));
        await using var router = InOrder(null, clock, null, a);
        var holder = Ask(router, "holder");
        using var source = new CancellationTokenSource();
        var call = router.RouteAsync("one", cancellationToken: source.Token);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        clock.Pass(TimeSpan.FromMinutes(3));
        await source.CancelAsync();
        (await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
        _gate.SetResult();
        await holder;
    }

    [Fact]
    public async Task Cancelling_does_not_run_the_continuation_of_the_call_s_own_caller_inline()
    {
        var a = FakeProvider.ByTurns("a", Holds(_gate.Task));
        await using var router = InOrder(null, _clock, null, a);
        var holder = Ask(router, "holder");
        using var source = new CancellationTokenSource();
        var call = router.RouteAsync("one", cancellationToken: source.Token);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        var next = call.ContinueWith(
            _ => Environment.CurrentManagedThreadId, default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var canceller = 0;
        var thread = new Thread(() =>
        {
            canceller = Environment.CurrentManagedThreadId;
            source.Cancel();
            // No other call has its number while it runs.
            next.Wait(Patience);
        });
        thread.Start();
        (await next.WaitAsync(Patience)).Should().NotBe(canceller);
        thread.Join();
        _gate.SetResult();
        await holder;
    }

    private static async Task<string> Ask(Router router, string prompt, string? name = null) =>
        (await router.RouteAsync(prompt, new ChatOptions { ModelId = name }).ConfigureAwait(false)).Text;

    private static async Task<LlmException> FailAsync(Task call) =>
        (await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<LlmException>()).Which;
}
