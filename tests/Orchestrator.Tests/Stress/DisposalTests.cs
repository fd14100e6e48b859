using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>The end of the router against everything that still goes on.</summary>
[Collection(StressCollection.Name)]
public class DisposalTests
{
    [Theory]
    [BothModes]
    public async Task Calls_that_race_the_disposal_end_answered_or_as_disposed_and_every_provider_is_closed_once(bool streamed)
    {
        for (var round = 0; round < 300; round++)
        {
            var providers = Enumerable.Range(0, 3).Select(i => new GuardedProvider($"p{i}", round % 4)).ToArray();
            var log = new AttemptLog();
            var router = new Router(new RouterOptions { Strategy = (RoutingStrategy)(round % 4), Observers = { log } });
            router.ReplaceProviders(providers.Select(p => new ProviderRegistration(p)));
            var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => CallUntilDisposedAsync(router, streamed))).ToArray();
            Thread.SpinWait(new Dice(round, 2).Below(20_000));
            await router.DisposeAsync().AsTask().WaitAsync(Race.Limit);

            var answers = (await Task.WhenAll(callers).WaitAsync(Race.Limit)).Sum();
            log.Attempts.Count(a => a.Outcome == AttemptOutcome.Succeeded).Should().Be(answers, $"of round {round}");
            log.Attempts
                .Should().NotContain(a => a.Outcome == AttemptOutcome.Failed || a.Outcome == AttemptOutcome.Abandoned, $"of round {round}");
            log.Attempts.Should().HaveCount(providers.Sum(p => p.Calls), $"of round {round}");
            await UntilAsync(() => Array.TrueForAll(providers, p => p.Disposals > 0));
            providers.Should().OnlyContain(p => p.Disposals == 1 && p.Faults == 0, $"of round {round}");
        }
    }

    [Fact]
    public async Task A_caller_that_blocks_after_its_call_holds_up_neither_the_disposal_nor_other_calls()
    {
        using var release = new ManualResetEventSlim();
        var router = InOrder(null, new FakeProvider("silent", (_, token) => SilentAsync(token)));
        var blocking = Enumerable.Range(0, 2).Select(_ => router.RouteAsync("hello").ContinueWith(
            _ => release.Wait(Race.Limit), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default))
                .ToArray();
        var other = router.RouteAsync("hello");
        await UntilAsync(() => router.GetMetrics()["silent"].InFlight == 3);

        // On a thread of its own, for what blocks, if it does, is the one that disposes.
        await Task.Factory
            .StartNew(() => router.DisposeAsync().AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap().WaitAsync(TimeSpan.FromSeconds(15));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.WaitAsync(TimeSpan.FromSeconds(15)));
        release.Set();
        await Task.WhenAll(blocking);
    }

    [Fact]
    public async Task Disposal_waits_for_the_attempts_of_a_provider_removed_before()
    {
        var end = new TaskCompletionSource();
        var removed = new FakeProvider("removed", (_, token) => EndsLateAsync(end.Task, token));
        var router = InOrder(null, removed, FakeProvider.Answering("stays", "ok"));
        var call = router.RouteAsync("hello");
        await UntilAsync(() => removed.Calls == 1);
        router.RemoveProvider("removed");
        var disposing = router.DisposeAsync().AsTask();

        await Task.Delay(50);
        disposing.IsCompleted.Should().BeFalse("an attempt still runs");
        end.SetResult();
        await disposing.WaitAsync(Race.Limit);
        removed.Disposals.Should().Be(1);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Race.Limit));
    }

    [Fact]
    public async Task A_provider_that_still_closes_its_sequence_is_not_disposed_under_it()
    {
        var close = new TaskCompletionSource();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var slow = new FakeProvider("slow", (_, _) => ClosesSlowlyAsync(close.Task));
        var router = InOrder(null, time, null, slow);
        await using (var updates = router.RouteStreamAsync("hello").GetAsyncEnumerator())
        {
            (await updates.MoveNextAsync()).Should().BeTrue();
            var leaving = updates.DisposeAsync().AsTask();
            await Task.Delay(10);
            leaving.IsCompleted.Should().BeFalse("it has a second");
            time.Advance(TimeSpan.FromSeconds(1.1));
            await leaving.WaitAsync(Race.Limit);
        }

        router.RemoveProvider("slow");
        router.GetMetrics().Should().BeEmpty();
        slow.Disposals.Should().Be(0, "its own code still runs");
        close.SetException(new InvalidOperationException("failed to close"));
        await UntilAsync(() => slow.Disposals == 1);
        await router.DisposeAsync();
        slow.Disposals.Should().Be(1);
    }

    private static async Task<int> CallUntilDisposedAsync(Router router, bool streamed)
    {
        for (var answers = 0; ; answers++)
        {
            try
            {
                (await router.RunAsync(streamed)).Text.Should().StartWith("p");
            }
            catch (ObjectDisposedException)
            {
                return answers;
            }
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> SilentAsync(
        [EnumeratorCancellation] CancellationToken token)
    {
        // Goes on inside the cancellation, where a delay would go on elsewhere.
        var never = new TaskCompletionSource();
        token.UnsafeRegister(_ => never.SetCanceled(token), null);
        await never.Task.ConfigureAwait(false);
        yield break;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> EndsLateAsync(
        Task end, [EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        finally
        {
            await end;
        }

        yield break;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> ClosesSlowlyAsync(Task close)
    {
        try
        {
            yield return Some.Word("one ");
            yield return Some.Word("two");
        }
        finally
        {
            await close;
        }
    }
}
