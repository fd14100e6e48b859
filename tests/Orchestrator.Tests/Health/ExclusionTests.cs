using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Health;

/// <summary>Left out for a time: rate limits, credentials, money, models.</summary>
public class ExclusionTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [InlineData(10, 10)]
    [InlineData(60, 60)]
    [InlineData(86400, 60)]
    public async Task A_retry_after_leaves_the_provider_out_for_its_time_and_a_minute_at_most(int asked, int expected)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(asked)), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.Exclusion, metrics.AvailableIn, metrics.IsAvailable, metrics.Health)
            .Should().Be((ExclusionReason.RetryAfter, TimeSpan.FromSeconds(expected), false, ProviderHealth.Healthy));
        _clock.Advance(TimeSpan.FromSeconds(expected - 0.001));
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromSeconds(0.001));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
        router.GetMetrics()["a"].Exclusion.Should().Be(ExclusionReason.None);
    }

    [Theory]
    [BothModes(LlmErrorKind.ServerError)]
    [BothModes(LlmErrorKind.Unavailable)]
    [BothModes(LlmErrorKind.MalformedResponse)]
    public async Task A_failure_with_a_retry_after_is_a_failure_and_leaves_the_provider_out_as_well(LlmErrorKind kind, bool streamed)
    {
        var a = new Script("a", _clock, Error(kind, TimeSpan.FromSeconds(20), 503), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(null, _clock, null, a, b);
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.Exclusion, metrics.AvailableIn, metrics.RecentErrorRate)
            .Should().Be((ExclusionReason.RetryAfter, TimeSpan.FromSeconds(20), 1));
        _clock.Advance(TimeSpan.FromSeconds(19.9));
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        (await router.RunAsync(streamed)).Text.Should().Be("a");
    }

    [Fact]
    public async Task A_failure_that_asks_for_an_hour_leaves_the_provider_out_for_a_minute()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Unavailable, TimeSpan.FromHours(1)), null);
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        await router.RouteAsync("hello");
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_failure_without_a_retry_after_leaves_no_provider_out()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Unavailable));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        await router.RouteAsync("hello");
        (router.GetMetrics()["a"].Exclusion, router.GetMetrics()["a"].IsAvailable).Should().Be((ExclusionReason.None, true));
    }

    [Fact]
    public async Task Nothing_but_its_account_and_its_limits_leaves_a_provider_out()
    {
        foreach (var kind in Enum.GetValues<LlmErrorKind>())
        {
            var a = new Script("a", _clock, Error(kind));
            await using var router = InOrder(null, _clock, null, a);
            await router.FailAsync<LlmException>(streamed: false);
            var isExcluded = kind is LlmErrorKind.Authentication or LlmErrorKind.Permission or LlmErrorKind.QuotaExceeded
                or LlmErrorKind.ModelNotFound or LlmErrorKind.RateLimited;
            (router.GetMetrics()["a"].Exclusion != ExclusionReason.None).Should().Be(isExcluded, kind.ToString());
        }
    }

    [Fact]
    public async Task Replacing_the_provider_ends_its_exclusion()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Authentication));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        (await router.FailAsync<LlmException>(streamed: false)).Kind.Should().Be(LlmErrorKind.NoCandidate);
        router.ReplaceProviders([new(new Script("a", _clock))]);
        (await router.RouteAsync("hello")).Text.Should().Be("a");
    }

    [Theory]
    [BothModes]
    public async Task With_every_provider_left_out_the_call_fails_at_once_and_says_when_to_come_back(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(40)));
        var b = new Script("b", _clock, Error(LlmErrorKind.Authentication));
        var health = new HealthOptions { FirstExclusionTime = TimeSpan.FromMinutes(5) };
        await using var router = InOrder(new() { Retry = new(), Health = health }, _clock, null, a, b);
        await router.FailAsync<AllProvidersFailedException>(streamed);
        _clock.Advance(TimeSpan.FromSeconds(15));
        var error = await router.FailAsync<LlmException>(streamed);
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.NoCandidate, TimeSpan.FromSeconds(25)));
        error.Message.Should().Contain("a: RetryAfter, 25 s left").And.Contain("b: Authentication, 285 s left");
        (a.Calls, b.Calls).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_call_that_learns_of_an_exclusion_on_its_way_goes_on_without_that_provider()
    {
        var second = new Script("b", _clock, Error(LlmErrorKind.Authentication));
        var third = new Script("c", _clock);
        Router router = null!;
        // While the first fails, another call finds out about the second.
        var first = new FakeProvider(
            "a", (request, _) => request.Messages[0].Text == "other" ? Some.Failure(Error(LlmErrorKind.NotSupported)) : Meanwhile());
        await using (router = InOrder(new() { Retry = new() }, _clock, null, first, second, third))
        {
            var response = await router.RouteAsync("hello");
            response.Attempts.Select(t => t.Provider.Name).Should().Equal("a", "c");
            second.Calls.Should().Be(1);
        }

        async IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> Meanwhile()
        {
            (await router.RouteAsync("other")).Text.Should().Be("c");
            if (second.Calls == 1)
                throw Error(LlmErrorKind.NotSupported);
            yield break;
        }
    }

    [Fact]
    public async Task Leaving_out_and_coming_back_are_logged_once_each()
    {
        var logs = new Logs();
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(10)), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = new() }, _clock, logs, a, b);
        for (var i = 0; i < 5; i++)
            await router.RouteAsync("hello");
        _clock.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 5; i++)
            await router.RouteAsync("hello");
        logs.Named("llm_provider_excluded").Should().ContainSingle()
            .Which.StructuredState.Should().Contain(
                new Dictionary<string, string?> { ["reason"] = "RetryAfter", ["error_kind"] = "RateLimited" });
        logs.Named("llm_provider_available").Count().Should().Be(1);
    }

    [Fact]
    public async Task An_ejected_provider_that_is_left_out_too_still_needs_its_trial()
    {
        var error = Error(LlmErrorKind.ServerError);
        var a = new Script("a", _clock, error, error, error, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30)), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = RetryOptions.None }, _clock, null, a, b);
        for (var i = 0; i < 3; i++)
            await router.RouteAsync("hello");
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        (await router.RouteAsync("hello")).Attempts[0].Role.Should().Be(AttemptRole.Trial);
        _clock.Advance(TimeSpan.FromSeconds(29.9));
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        var back = await router.RouteAsync("hello");
        (back.Text, back.Attempts[0].Role).Should().Be(("a", AttemptRole.Trial));
    }
}
