using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>The caller's token against everything it can meet.</summary>
[Collection(StressCollection.Name)]
public class CancellationTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_call_that_is_cancelled_as_it_completes_is_one_or_the_other_for_all_that_see_it(bool streamed, bool inline)
    {
        TaskCompletionSource answer = null!;
        var provider = new FakeProvider("a", (_, token) => WhenAsync(answer, token));
        await using var router = InOrder(new() { Observers = { _log } }, provider);
        var answered = 0;
        const int Rounds = 3000;
        for (var round = 0; round < Rounds; round++)
        {
            answer = inline ? new() : new(TaskCreationOptions.RunContinuationsAsynchronously);
            using var cancel = new CancellationTokenSource();
            var call = router.RunAsync(streamed, cancellationToken: cancel.Token);
            await Race.RunAsync(round, () => answer.TrySetResult(), cancel.Cancel);
            try
            {
                (await call.WaitAsync(Race.Limit)).Text.Should().Be("answer");
                answered++;
            }
            catch (OperationCanceledException error)
            {
                error.CancellationToken.Should().Be(cancel.Token);
            }
        }

        var metrics = router.GetMetrics()["a"];
        (metrics.SuccessfulRequests, metrics.CancelledRequests, metrics.InFlight).Should().Be((answered, Rounds - answered, 0));
        metrics.TotalRequests.Should().Be(provider.Calls);
        _log.Attempts.Should().HaveCount(Rounds).And.OnlyContain(a => a.Error == null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_ends_under_a_lock_its_cancellation_wants_does_not_hang_the_call(bool twoTokens)
    {
        var gate = new object();
        var inCallback = new ManualResetEventSlim();
        var answer = new TaskCompletionSource();
        var provider = new FakeProvider("a", (_, token) => LockedAsync(token));
        await using var router = InOrder(null, provider);
        using var cancel = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var call = Task.Run(async () =>
        {
            await foreach (var update in router.RouteStreamAsync("hello", cancellationToken: cancel.Token)
                .WithCancellation(twoTokens ? other.Token : default))
                update.Text.Should().Be("answer");
        });
        await UntilAsync(() => provider.Calls == 1);

        var answering = Task.Run(() =>
        {
            lock (gate)
            {
                _ = Task.Run(cancel.Cancel);
                inCallback.Wait(Race.Limit);
                answer.SetResult();
            }
        });
        await answering.WaitAsync(TimeSpan.FromSeconds(10));
        (await Assert.ThrowsAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)))).CancellationToken
            .Should().Be(cancel.Token);

        async IAsyncEnumerable<ChatResponseUpdate> LockedAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            token.UnsafeRegister(
                _ =>
                {
                    inCallback.Set();
                    lock (gate)
                        inCallback.Reset();
                },
                null);
            await answer.Task.ConfigureAwait(false);
            yield return new ChatResponseUpdate(ChatRole.Assistant, "answer") { FinishReason = ChatFinishReason.Stop };
        }
    }

    [Fact]
    public async Task A_token_that_outlives_its_calls_keeps_none_of_them_and_neither_does_the_router()
    {
        const int Calls = 100_000;
        await using var router = new Router(RoutingStrategy.RoundRobin)
            .AddProvider(new GuardedProvider("a", 0)).AddProvider(new GuardedProvider("b", 1))
            .AddProvider(new Orchestrator.Providers.MockProvider("c", "mock-ratelimit"));
        using var shared = new CancellationTokenSource();
        var watched = new List<WeakReference>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < Calls / 8; i++)
            {
                var request = new LlmRequest("hello");
                if (i % 100 == 0)
                {
                    lock (watched)
                        watched.Add(new WeakReference(request));
                }

                await CallAsync(router, request, i % 4, shared.Token);
            }
        })));

        // The last frames of the workers may still hold their last request.
        await UntilAsync(() =>
        {
            GC.Collect();
            return watched.Count(w => w.IsAlive) < 10;
        });
    }

    private static async Task CallAsync(Router router, LlmRequest request, int kind, CancellationToken token)
    {
        if (kind < 2)
        {
            await router.RouteAsync(request, token);
            return;
        }

        using var own = new CancellationTokenSource();
        await foreach (var update in router.RouteStreamAsync(request, token).WithCancellation(own.Token))
        {
            if (kind == 3)
                break;
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> WhenAsync(
        TaskCompletionSource answer, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await using (token.UnsafeRegister(static (a, t) => ((TaskCompletionSource)a!).TrySetCanceled(t), answer))
            await answer.Task.ConfigureAwait(false);
        yield return new ChatResponseUpdate(ChatRole.Assistant, "answer") { FinishReason = ChatFinishReason.Stop };
    }
}
