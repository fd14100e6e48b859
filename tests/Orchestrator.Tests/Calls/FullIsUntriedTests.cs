using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>A provider that is full, or ejected, is untried: retries at another leave it its turn.</summary>
public class FullIsUntriedTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task Limits_at_one_provider_do_not_use_up_the_attempts_while_the_other_is_full(bool streamed)
    {
        var (held, b) = (new Held("a", 1), new Script("b", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(0.4))));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, held, b);
        var holder = router.RouteAsync("holder");
        await UntilAsync(() => held.Running == 1);
        var call = router.RunAsync(streamed);
        // Two attempts at the one, and then the line of the other.
        for (var i = 0; i < 20 && !call.IsCompleted; i++)
        {
            await UntilAsync(() => call.IsCompleted || router.GetMetrics()["a"].Queued == 1);
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Delay(10);
        }

        call.IsCompleted.Should().BeFalse("a provider that was not asked is left");
        held.Release();
        held.Release();
        (await call.WaitAsync(Patience)).Text.Should().Be("a");
        await holder;
        b.Calls.Should().BeLessThan(4);
    }

    [Theory]
    [BothModes]
    public async Task A_permit_that_is_free_before_a_limit_is_over_is_taken(bool streamed)
    {
        var (router, held, b, holder, call) = await WaitsForBothAsync(streamed);
        await using var closing = router;
        held.Release();
        held.Release();
        (await call.WaitAsync(Patience)).Text.Should().Be("a");
        await holder;
        (b.Calls, _clock.Elapsed).Should().Be((1, TimeSpan.Zero));
        await UntilAsync(() => _clock.Waiting == 0);
    }

    [Theory]
    [BothModes]
    public async Task A_limit_that_is_over_before_a_permit_is_free_is_not_waited_past(bool streamed)
    {
        var (router, held, b, holder, call) = await WaitsForBothAsync(streamed);
        await using var closing = router;
        _clock.Advance(TimeSpan.FromSeconds(2.3));
        (await call.WaitAsync(Patience)).Text.Should().Be("b");
        router.GetMetrics()["a"].Queued.Should().Be(0);
        held.Release();
        await holder;
    }

    [Fact]
    public async Task A_provider_that_leaves_the_list_meanwhile_does_not_end_the_wait_for_the_limit()
    {
        var (held, b) = (new Held("a", 1), new Script("b", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(2)), null));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, held, b);
        var holder = router.RouteAsync("holder");
        await UntilAsync(() => held.Running == 1);
        var call = router.RouteAsync("hello");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        router.RemoveProvider("a");
        (await _clock.RunAsync(call)).Text.Should().Be("b");
        _clock.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));
        held.Release();
        await holder;
    }

    [Theory]
    [BothModes]
    public async Task A_refused_connection_is_not_retried_while_an_ejected_provider_is_untried(bool streamed)
    {
        var refused = new LlmException(
            LlmErrorKind.Unavailable, "refused", new HttpRequestException(HttpRequestError.ConnectionError, "no"));
        var (a, b) = (new Script("a", _clock, refused), new Script("b", _clock, Error(LlmErrorKind.ServerError), null));
        await using var router = InOrder(new() { Retry = new(), Health = new() { ConsecutiveFailures = 1 } }, _clock, null, a, b);
        await router.FailAsync<LlmException>(false, new() { ModelId = "b" });
        (await _clock.RunAsync(router.RunAsync(streamed))).Text.Should().Be("b");
        (a.Calls, b.Calls).Should().Be((1, 2));
    }

    /// <summary>One call holds the permit of a. Another was limited at b, and waits for that permit and for the end of the limit.</summary>
    private async Task<(Router Router, Held A, Script B, Task Holder, Task<(string Text, RouteResult Route)> Call)> WaitsForBothAsync(
        bool streamed)
    {
        var (held, b) = (new Held("a", 1), new Script("b", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(2)), null));
        var router = InOrder(new() { Retry = new() }, _clock, null, held, b);
        var holder = router.RouteAsync("holder");
        await UntilAsync(() => held.Running == 1);
        var call = router.RunAsync(streamed);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        return (router, held, b, holder, call);
    }
}
