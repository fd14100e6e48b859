using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What a call took for a wait that comes to nothing is given back: its entry in the queue, the token of a retry.</summary>
public class WaitsGivenBackTests
{
    [Theory]
    [BothModes]
    public async Task A_call_that_waits_for_a_permit_leaves_the_queue_when_the_clock_throws(bool streamed)
    {
        var clock = new CountingClock();
        var held = new Held("a", 1);
        await using var router = InOrder(null, clock, null, held);
        var first = router.AskAsync(streamed);
        await UntilAsync(() => held.Running == 1);
        clock.On = use =>
        {
            if (use == ClockUse.Create)
                throw new InvalidOperationException("on purpose");
        };
        await FluentActions.Awaiting(() => router.AskAsync(streamed).WaitAsync(Patience)).Should().ThrowAsync<Exception>();
        clock.On = null;
        router.GetMetrics()["a"].Queued.Should().Be(0);
        held.Release();
        (await first.WaitAsync(Patience)).Should().Be("a");
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
    }

    [Theory]
    [BothModes]
    public async Task A_retry_that_was_paid_for_and_never_made_is_put_back(bool streamed)
    {
        var clock = new VirtualClock();
        var a = new Script("a", clock, Script.Error(LlmErrorKind.ServerError));
        var retry = new RetryOptions { BudgetPerSecond = 1, BudgetShare = 0 };
        await using var router = InOrder(new() { Retry = retry, Health = new() { ConsecutiveFailures = 100 } }, clock, null, a);
        using var cancel = new CancellationTokenSource();
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => a.Calls == 1 && clock.Waiting > 0);
        cancel.Cancel();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();

        var next = router.FailAsync<AllProvidersFailedException>(streamed);
        await clock.RunAsync((Task)next);
        a.Calls.Should().Be(3, "the second call can pay for its retry");
    }
}
