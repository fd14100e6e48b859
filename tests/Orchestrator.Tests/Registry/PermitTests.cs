using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Registry;

/// <summary>Providers with limited concurrency (bulkhead): which is passed over, which calls wait, and in which order.</summary>
public class PermitTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task A_full_provider_is_passed_over_while_another_is_free(bool streamed)
    {
        var a = new Held("a", 1);
        var b = new Held("b", 5);
        await using var router = InOrder(null, _clock, null, a, b);
        var first = router.RunAsync(streamed);
        var second = router.RunAsync(streamed);
        await UntilAsync(() => b.Running == 1);
        (a.Running, router.GetMetrics()["a"].IsAvailable).Should().Be((1, true));
        a.Release();
        b.Release();
        (await first).Text.Should().Be("a");
        (await second).Text.Should().Be("b");
    }

    [Theory]
    [BothModes]
    public async Task With_every_provider_full_calls_wait_and_are_served_in_the_order_they_came(bool streamed)
    {
        var a = new Held("a", 2);
        await using var router = InOrder(null, _clock, null, a);
        var order = new ConcurrentQueue<int>();
        var calls = new List<Task>();
        for (var i = 0; i < 8; i++)
        {
            var number = i;
            calls.Add(AskAsync(number));
            await UntilAsync(() => a.Running + router.GetMetrics()["a"].Queued == number + 1);
        }

        (a.Running, router.GetMetrics()["a"].Queued).Should().Be((2, 6));
        for (var i = 0; i < 8; i++)
        {
            a.Release();
            await UntilAsync(() => a.Done == i + 1);
            await UntilAsync(() => order.Count == i + 1);
        }

        await Task.WhenAll(calls);
        a.Most.Should().Be(2);
        a.Prompts.Should().Equal(Enumerable.Range(0, 8).Select(i => $"{i}"));
        (router.GetMetrics()["a"].InFlight, router.GetMetrics()["a"].Queued).Should().Be((0, 0));

        async Task AskAsync(int number)
        {
            await router.RunAsync(streamed, $"{number}");
            order.Enqueue(number);
        }
    }

    [Fact]
    public async Task A_waiting_call_takes_the_first_permit_that_is_free_anywhere()
    {
        var (a, b) = (new Held("a", 1), new Held("b", 1));
        await using var router = InOrder(null, _clock, null, a, b);
        var (first, second) = (router.RouteAsync("1"), router.RouteAsync("2"));
        await UntilAsync(() => a.Running + b.Running == 2);
        var third = router.RouteAsync("3");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1 && router.GetMetrics()["b"].Queued == 1);
        b.Release();
        await second;
        await UntilAsync(() => b.Running == 1);
        router.GetMetrics().Values.Should().OnlyContain(m => m.Queued == 0, "a call that has a permit waits nowhere else");
        a.Release();
        b.Release();
        (await third).Provider.Name.Should().Be("b");
        await first;
    }

    [Fact]
    public async Task The_wait_is_measured_and_no_part_of_the_attempt()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var a = new Held("a", 1);
        await using var router = InOrder(new(), _clock, null, a).ExportingTo(registry);
        var first = router.RouteAsync("1");
        var second = router.RouteAsync("2");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        (await Exposition.ReadAsync(registry))["llm_queued_requests{provider=\"a\"}"].Should().Be(1);
        _clock.Advance(TimeSpan.FromSeconds(4));
        a.Release();
        await first;
        a.Release();
        var attempt = (await second).Attempts.Single();
        (attempt.QueueTime, attempt.Duration, attempt.Role).Should().Be((TimeSpan.FromSeconds(4), TimeSpan.Zero, AttemptRole.First));
        var page = await Exposition.ReadAsync(registry);
        (page["llm_queued_requests{provider=\"a\"}"], page["llm_queue_wait_seconds_count{provider=\"a\"}"]).Should().Be((0, 1));
        page["llm_router_overhead_seconds_sum"].Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task The_wait_counts_against_the_call_s_limit(bool streamed)
    {
        var a = new Held("a", 1);
        await using var router =
            InOrder(new() { Timeouts = new() { Call = TimeSpan.FromSeconds(20), Attempt = Timeout.InfiniteTimeSpan } }, _clock, null, a);
        using var source = new CancellationTokenSource();
        var first = router.RouteAsync(new LlmRequest("1") { Timeouts = new() { Call = Timeout.InfiniteTimeSpan } }, source.Token);
        await UntilAsync(() => a.Running == 1);
        var second = router.RunAsync(streamed);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        var waiting = FluentActions.Awaiting(() => second.WaitAsync(TimeSpan.FromSeconds(20)));
        var error = (await waiting.Should().ThrowAsync<LlmException>()).Which;
        error.Kind.Should().Be(LlmErrorKind.Timeout);
        error.Message.Should().Contain("20 s").And.Contain("MaxConcurrency");
        (router.GetMetrics()["a"].Queued, router.GetMetrics()["a"].FailedRequests).Should().Be((0, 0));
        a.Release();
        await first;
    }

    [Theory]
    [BothModes]
    public async Task A_caller_who_cancels_leaves_the_queue_at_once_and_the_next_moves_up(bool streamed)
    {
        var a = new Held("a", 1);
        await using var router = InOrder(null, _clock, null, a);
        var first = router.RouteAsync("1");
        using var source = new CancellationTokenSource();
        var second = router.RunAsync(streamed, "2", cancellationToken: source.Token);
        var third = router.RunAsync(streamed, "3");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 2);
        await source.CancelAsync();
        (await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken
            .Should().Be(source.Token);
        router.GetMetrics()["a"].Queued.Should().Be(1);
        a.Release();
        a.Release();
        await first;
        (await third).Text.Should().Be("a");
        a.Prompts.Should().Equal("1", "3");
        router.GetMetrics()["a"].TotalRequests.Should().Be(2, "who never began made no attempt");
    }

    [Fact]
    public async Task A_queue_has_a_limit_and_beyond_it_a_call_fails_at_once()
    {
        var a = new Held("a", 1);
        await using var router = new Router(new RouterOptions(), null, _clock);
        router.AddProvider(a, new() { QueueLimit = 2 });
        var calls = Enumerable.Range(0, 3).Select(i => router.RouteAsync($"{i}")).ToList();
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 2);
        var error = await router.FailAsync<LlmException>(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.Overloaded);
        error.Message.Should().Contain("a has 1 running and 2 waiting");
        for (var i = 0; i < 3; i++)
            a.Release();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task The_router_s_own_number_wins_over_the_provider_s()
    {
        var a = new Held("a", 1);
        await using var router = new Router(new RouterOptions(), null, _clock);
        router.AddProvider(a, new() { MaxConcurrency = 3 });
        var calls = Enumerable.Range(0, 5).Select(i => router.RouteAsync($"{i}")).ToList();
        await UntilAsync(() => a.Running == 3 && router.GetMetrics()["a"].Queued == 2);
        for (var i = 0; i < 5; i++)
            a.Release();
        await Task.WhenAll(calls);
        a.Most.Should().Be(3);
    }

    [Fact]
    public async Task A_provider_whose_cool_down_ends_serves_calls_that_wait_elsewhere()
    {
        var down = true;
        var a = new FakeProvider("a", (_, _) => down ? Some.Failure(Script.Error(LlmErrorKind.ServerError)) : Some.Answer("back"));
        var b = new Held("b", 1);
        await using var router = InOrder(new() { Retry = RetryOptions.None }, _clock, null, a, b);
        for (var i = 0; i < 3; i++)
        {
            b.Release();
            await router.RouteAsync("hello");
        }

        var holding = router.RouteAsync("hello");
        await UntilAsync(() => b.Running == 1);
        var waiting = router.RouteAsync("hello");
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 1);
        down = false;
        _clock.Advance(TimeSpan.FromSeconds(6.2));
        (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Text.Should().Be("back");
        b.Release();
        await holding;
    }

    [Fact]
    public async Task Removing_the_full_provider_sends_its_waiting_calls_elsewhere()
    {
        var a = new Held("a", 1);
        var b = new Held("b", 1);
        await using var router = InOrder(null, _clock, null, a);
        var first = router.RouteAsync("1");
        var second = router.RouteAsync("2");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        router.AddProvider(b);
        router.RemoveProvider("a").Should().BeTrue();
        b.Release();
        (await second.WaitAsync(TimeSpan.FromSeconds(20))).Text.Should().Be("b");
        a.Release();
        (await first).Text.Should().Be("a");
    }

    [Fact]
    public async Task Disposing_the_router_ends_every_wait()
    {
        var a = new Held("a", 1);
        var router = InOrder(null, _clock, null, a);
        var calls = Enumerable.Range(0, 20).Select(i => router.RouteAsync($"{i}")).ToList();
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 19);
        var disposed = router.DisposeAsync().AsTask();
        foreach (var call in calls)
            await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<ObjectDisposedException>();
        await disposed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Permits_are_neither_lost_nor_doubled_however_calls_end(int permits)
    {
        var running = 0;
        var most = 0;
        var a = new FakeProvider("a", (request, token) => One(request, token))
        {
            Info = new("a", "mock", "m") { MaxConcurrency = permits }
        };
        await using var router = InOrder(new() { Retry = RetryOptions.None, Health = new() { ConsecutiveFailures = int.MaxValue } }, a);
        await Parallel.ForAsync(0, Effort.Of(1000, 3000), new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (i, _) =>
        {
            using var source = new CancellationTokenSource();
            if (i % 5 == 0)
                source.CancelAfter(TimeSpan.FromMilliseconds(i % 7));
            try
            {
                await router.RunAsync(i % 2 == 0, $"{i}", cancellationToken: source.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or LlmException)
            {
                // Both are ends like others here.
            }
        });
        most.Should().BeLessThanOrEqualTo(permits);
        var metrics = router.GetMetrics()["a"];
        (metrics.InFlight, metrics.Queued, running).Should().Be((0, 0, 0));

        async IAsyncEnumerable<ChatResponseUpdate> One(
            LlmRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            try
            {
                await Task.Delay(Random.Shared.Next(2), token);
                if (request.Messages[0].Text.EndsWith('3'))
                    throw Script.Error(LlmErrorKind.InvalidRequest);
                yield return Some.Word("ok");
                yield return Some.Finish();
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
                Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
