using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>Waits before a retry that end early: by cancellation or disposal.</summary>
public partial class RetryTests
{
    [Theory]
    [BothModes]
    public async Task A_caller_who_cancels_in_the_wait_is_heard_at_once(bool streamed)
    {
        using var source = new CancellationTokenSource();
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        var call = router.RunAsync(streamed, cancellationToken: source.Token);
        await UntilAsync(() => _clock.Waiting == 1);
        await source.CancelAsync();
        (await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
        (a.Calls, _clock.Waiting).Should().Be((1, 0));
        router.GetMetrics()["a"].FailedRequests.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task What_follows_a_call_cancelled_in_the_wait_does_not_run_on_the_cancellers_thread(bool streamed)
    {
        using var source = new CancellationTokenSource();
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        // Away from the test's own context, which would run what follows in its place.
        var followed = Task.Run(() => router.RunAsync(streamed, cancellationToken: source.Token)).ContinueWith(
            _ => Environment.CurrentManagedThreadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        await UntilAsync(() => _clock.Waiting == 1);
        var canceller = 0;
        await Task.Factory.StartNew(
            () =>
            {
                canceller = Environment.CurrentManagedThreadId;
                source.Cancel();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        (await followed.WaitAsync(TimeSpan.FromSeconds(10))).Should().NotBe(canceller).And.NotBe(0);
    }

    [Fact]
    public async Task Disposing_the_router_ends_a_wait()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        var router = InOrder(new() { Retry = new() }, _clock, null, a);
        var call = router.RouteAsync("hello");
        await UntilAsync(() => _clock.Waiting == 1);
        await router.DisposeAsync();
        await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<ObjectDisposedException>();
    }
}
