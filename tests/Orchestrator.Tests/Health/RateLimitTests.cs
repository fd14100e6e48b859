using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Health;

/// <summary>Rate limits that do not say for how long: a cool-down that grows while they come.</summary>
public class RateLimitTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task A_rate_limit_without_a_time_leaves_the_provider_out_for_a_second_and_doubles(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        for (var i = 0; i < 9; i++)
        {
            (await router.RunAsync(streamed)).Text.Should().Be("b");
            var metrics = router.GetMetrics()["a"];
            (metrics.Exclusion, metrics.AvailableIn, metrics.RecentErrorRate)
                .Should().Be((ExclusionReason.RateLimited, TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, i))), 0));
            (await router.RunAsync(streamed)).Route.Attempts.Should().ContainSingle("it is not asked meanwhile");
            _clock.Advance(metrics.AvailableIn!.Value);
            router.GetMetrics()["a"].IsAvailable.Should().BeTrue();
        }

        a.Calls.Should().Be(9);
    }

    [Theory]
    [BothModes]
    public async Task A_success_ends_the_growth(bool streamed)
    {
        var limited = Error(LlmErrorKind.RateLimited);
        var a = new Script("a", _clock, limited, limited, null, limited);
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        foreach (var wait in (int[])[1, 2, 0, 0])
        {
            await router.RunAsync(streamed);
            _clock.Advance(TimeSpan.FromSeconds(wait));
        }

        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Calls_that_began_before_the_cool_down_do_not_make_it_longer()
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, _) => Limited(gate.Task));
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        var calls = Enumerable.Range(0, 50).Select(_ => router.RouteAsync("hello")).ToList();
        await UntilAsync(() => a.Calls == 50);
        gate.SetResult();
        await Task.WhenAll(calls);
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(1));

        static async IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> Limited(Task gate)
        {
            await gate;
            yield return Some.Usage(1, 0);
            throw Error(LlmErrorKind.RateLimited);
        }
    }

    [Fact]
    public async Task A_thousand_calls_do_not_ask_a_limited_provider_a_thousand_times()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        for (var i = 0; i < 1000; i++)
        {
            await router.RouteAsync("hello");
            _clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        a.Calls.Should().BeLessThanOrEqualTo(8);
    }

    [Fact]
    public async Task The_longest_retry_after_bounds_it()
    {
        var options = new RouterOptions { Health = new() { LongestRetryAfter = TimeSpan.FromSeconds(0.5) } };
        await using var router = InOrder(
            options, _clock, null, new Script("a", _clock, Error(LlmErrorKind.RateLimited)), new Script("b", _clock));
        await router.RouteAsync("hello");
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(0.5));
    }

    [Theory]
    [BothModes]
    public async Task A_retry_after_of_zero_leaves_no_provider_out(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.Zero));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        for (var i = 0; i < 5; i++)
            (await router.RunAsync(streamed)).Text.Should().Be("b");
        (router.GetMetrics()["a"].IsAvailable, a.Calls).Should().Be((true, 5));
    }
}
