using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>The end of a router in good order.</summary>
public class DrainTests
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [BothModes]
    public async Task New_calls_are_refused_and_running_ones_end_before_the_router_is_disposed(bool streamed)
    {
        var provider = Waiting();
        var router = InOrder(null, _time, null, provider);
        var running = router.RunAsync(streamed);
        await UntilAsync(() => provider.Calls == 1);

        var draining = router.DrainAsync(TimeSpan.FromSeconds(30));
        await router.FailAsync<ObjectDisposedException>(streamed);
        router.GetMetrics()["a"].InFlight.Should().Be(1, "what is no call works on");
        (draining.IsCompleted, provider.Disposals).Should().Be((false, 0));

        _answer.SetResult();
        (await running).Text.Should().Be("ok");
        (await draining.WaitAsync(Patience)).Should().BeTrue();
        provider.Disposals.Should().Be(1);
        await router.FailAsync<ObjectDisposedException>(streamed);
    }

    [Theory]
    [BothModes]
    public async Task What_has_not_ended_in_time_is_cancelled(bool streamed)
    {
        var provider = Waiting();
        var router = InOrder(null, _time, null, provider);
        var running = router.RunAsync(streamed);
        await UntilAsync(() => provider.Calls == 1);

        var draining = router.DrainAsync(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(29.9));
        draining.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running.WaitAsync(Patience));
        (await draining.WaitAsync(Patience)).Should().BeFalse();
    }

    [Fact]
    public async Task The_end_of_its_token_ends_the_wait_and_is_not_thrown()
    {
        var provider = Waiting();
        var router = InOrder(null, _time, null, provider);
        var running = router.RouteAsync("hello");
        using var stop = new CancellationTokenSource();
        var draining = router.DrainAsync(Timeout.InfiniteTimeSpan, stop.Token);
        draining.IsCompleted.Should().BeFalse();

        await stop.CancelAsync();

        (await draining.WaitAsync(Patience)).Should().BeFalse();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => running.WaitAsync(Patience));
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_waits_in_line_is_one_that_runs(bool streamed)
    {
        var provider = Waiting(new ProviderInfo("a", "mock", "m") { MaxConcurrency = 1 });
        var router = InOrder(null, _time, null, provider);
        var running = router.RunAsync(streamed);
        var waiting = router.RunAsync(streamed);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);

        var draining = router.DrainAsync(TimeSpan.FromSeconds(30));
        _answer.SetResult();

        ((await running).Text, (await waiting).Text).Should().Be(("ok", "ok"));
        (await draining.WaitAsync(Patience)).Should().BeTrue();
    }

    [Fact]
    public async Task A_stream_runs_from_its_first_update_asked_for_until_it_is_read_or_disposed()
    {
        var router = InOrder(null, _time, null, FakeProvider.Answering("a", "x", "y"));
        await using var begun = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        await using var late = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        (await begun.MoveNextAsync()).Should().BeTrue();

        var draining = router.DrainAsync(TimeSpan.FromSeconds(30));
        draining.IsCompleted.Should().BeFalse("one stream is being read");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => late.MoveNextAsync().AsTask());
        (await begun.MoveNextAsync()).Should().BeTrue();
        await begun.DisposeAsync();

        (await draining.WaitAsync(Patience)).Should().BeTrue();
    }

    [Fact]
    public async Task Without_calls_it_ends_at_once_and_may_be_repeated()
    {
        var provider = FakeProvider.Answering("a", "x");
        var router = InOrder(null, _time, null, provider);
        await router.RouteAsync("hello");

        var first = router.DrainAsync(TimeSpan.FromHours(1));
        var second = router.DrainAsync(TimeSpan.FromHours(1));
        var both = await Task.WhenAll(first, second).WaitAsync(Patience);
        both.Should().Equal(true, true);
        (await router.DrainAsync(TimeSpan.Zero).WaitAsync(Patience)).Should().BeTrue();
        await router.DisposeAsync();
        provider.Disposals.Should().Be(1);
    }

    [Theory]
    [BothModes("a disposal", true)]
    [BothModes("a disposal", false)]
    [BothModes("a second drain", true)]
    public async Task It_is_false_where_something_else_has_cut_the_calls_off(string what, bool isDraining, bool streamed)
    {
        var provider = Waiting();
        var router = InOrder(null, _time, null, provider);
        var running = router.RunAsync(streamed);
        await UntilAsync(() => provider.Calls == 1);
        var draining = isDraining ? router.DrainAsync(Timeout.InfiniteTimeSpan) : null;

        if (what == "a disposal")
            await router.DisposeAsync();
        else
            (await router.DrainAsync(TimeSpan.Zero).WaitAsync(Patience)).Should().BeFalse();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running.WaitAsync(Patience));
        (await (draining ?? router.DrainAsync(TimeSpan.Zero)).WaitAsync(Patience)).Should().BeFalse();
        (await router.DrainAsync(TimeSpan.FromSeconds(1)).WaitAsync(Patience)).Should().BeFalse("that stays so");
    }

    [Fact]
    public async Task A_negative_time_is_refused_and_the_router_goes_on()
    {
        await using var router = InOrder(null, FakeProvider.Answering("a", "x"));
        var drain = () => router.DrainAsync(TimeSpan.FromMilliseconds(-2));
        await drain.Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*zero or longer*");
        (await router.RouteAsync("hello")).Text.Should().Be("x");
    }

    [Theory]
    [BothModes]
    public async Task Every_call_that_was_taken_in_is_answered_whenever_the_drain_begins(bool streamed)
    {
        for (var round = 0; round < 100; round++)
        {
            var router = InOrder(null, FakeProvider.Answering("a", "x"));
            var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => CallUntilRefusedAsync(router, streamed))).ToArray();
            Thread.SpinWait(round * 200);

            (await router.DrainAsync(TimeSpan.FromSeconds(20)).WaitAsync(Patience)).Should().BeTrue($"in round {round}");

            await Task.WhenAll(callers).WaitAsync(Patience);
        }
    }

    private static async Task CallUntilRefusedAsync(Router router, bool streamed)
    {
        while (true)
        {
            try
            {
                (await router.RunAsync(streamed)).Text.Should().Be("x");
            }
            catch (ObjectDisposedException error)
            {
                error.Message.Should().NotContain("while the call was running");
                return;
            }
        }
    }

    private FakeProvider Waiting(ProviderInfo? info = null) =>
        new("a", (_, token) => OkAsync(token)) { Info = info ?? new("a", "mock", "m") };

    private async IAsyncEnumerable<ChatResponseUpdate> OkAsync([EnumeratorCancellation] CancellationToken token)
    {
        await _answer.Task.WaitAsync(token);
        yield return Some.Word("ok");
        yield return Some.Finish();
    }
}
