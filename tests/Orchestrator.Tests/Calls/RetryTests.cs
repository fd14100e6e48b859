using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>Retries at the same provider: when, after what backoff, how often, and at what cost to the budget.</summary>
public partial class RetryTests
{
    private readonly VirtualClock _clock = new();

    public static TheoryData<LlmErrorKind, bool> Kinds()
    {
        var data = new TheoryData<LlmErrorKind, bool>();
        foreach (var kind in Enum.GetValues<LlmErrorKind>())
            data.Add(kind, kind is LlmErrorKind.ServerError or LlmErrorKind.Unavailable or LlmErrorKind.RateLimited);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Only_what_may_pass_is_tried_again_at_the_same_provider(LlmErrorKind kind, bool retried)
    {
        var a = new Script("a", _clock, Error(kind), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        var call = _clock.RunAsync(router.RouteAsync("hello"));
        if (retried)
            (await call).Attempts.Select(t => t.Role).Should().Equal(AttemptRole.First, AttemptRole.Retry);
        else
            (await FluentActions.Awaiting(() => call).Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(kind);
        a.Calls.Should().Be(retried ? 2 : 1);
    }

    [Theory]
    [BothModes]
    public async Task The_same_provider_is_asked_again_before_the_next_one(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        var (text, route) = await _clock.RunAsync(router.RunAsync(streamed));
        (text, route.Attempts.Count, b.Calls).Should().Be(("a", 2, 0));
        route.Attempts[1].Role.Should().Be(AttemptRole.Retry);
    }

    [Theory]
    [BothModes]
    public async Task An_ejected_provider_that_is_the_only_one_is_asked_again_too(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        var ask = () => _clock.RunAsync(router.RunAsync(streamed));
        foreach (var attempts in new[] { 2, 1, 2 })
            (await ask.Should().ThrowAsync<AllProvidersFailedException>()).Which.Attempts
                .Should().HaveCount(attempts, "the third attempt of all ejects, and only that is no time to ask again");
        router.GetMetrics()["a"].IsAvailable.Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_wait_is_between_250_and_500_milliseconds_by_chance(int seed)
    {
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            var a = new Script("a", _clock, Error(LlmErrorKind.Unavailable), null);
            await using var router = InOrder(new() { Retry = new(), Random = new Random((seed * 100) + i) }, _clock, null, a);
            await _clock.RunAsync(router.RouteAsync("hello"));
            waits.Add(a.At[1] - a.At[0]);
        }

        waits.Should().OnlyContain(w => w >= TimeSpan.FromMilliseconds(250) && w <= TimeSpan.FromMilliseconds(500))
            .And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task The_same_provider_is_asked_again_only_once()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError));
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        var response = await _clock.RunAsync(router.RouteAsync("hello"));
        response.Attempts.Select(t => (t.Provider.Name, t.Role))
            .Should().Equal(("a", AttemptRole.First), ("a", AttemptRole.Retry), ("b", AttemptRole.Failover));
    }

    // Four candidates, four attempts: each retry would cost one of them its turn.
    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task A_retry_never_costs_an_available_provider_its_turn(int providers, bool retried)
    {
        var all = Enumerable.Range(0, providers).Select(i => new Script($"p{i}", _clock, Error(LlmErrorKind.ServerError))).ToArray();
        await using var router = InOrder(new() { Retry = new() }, _clock, null, all);
        var failure = (await FluentActions.Awaiting(() => _clock.RunAsync(router.RouteAsync("hello")))
            .Should().ThrowAsync<AllProvidersFailedException>()).Which;
        all.Should().OnlyContain(p => p.Calls >= 1);
        failure.Attempts.Any(t => t.Role == AttemptRole.Retry).Should().Be(retried);
        failure.Attempts.Count.Should().BeLessThanOrEqualTo(4);
    }

    [Theory]
    [BothModes]
    public async Task A_short_retry_after_is_waited_for_and_never_cut_short(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(2)), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        var (text, _) = await _clock.RunAsync(router.RunAsync(streamed));
        text.Should().Be("a");
        (a.At[1] - a.At[0]).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(2.2));
    }

    [Theory]
    [InlineData(3.0, 2)]
    [InlineData(3.001, 1)]
    [InlineData(86400.0, 1)]
    [InlineData(null, 1)]
    public async Task Only_a_retry_after_of_three_seconds_or_less_is_waited_for(double? seconds, int expected)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, seconds is { } s ? TimeSpan.FromSeconds(s) : null), null);
        var b = new Script("b", _clock);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        await _clock.RunAsync(router.RouteAsync("hello"));
        (a.Calls, b.Calls).Should().Be((expected, 2 - expected));
    }

    [Fact]
    public async Task A_limit_that_returns_is_waited_for_again_only_while_no_other_provider_is_left()
    {
        var error = Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(1));
        var alone = new Script("a", _clock, error, error, null);
        await using var one = InOrder(new() { Retry = new() }, _clock, null, alone);
        (await _clock.RunAsync(one.RouteAsync("hello"))).Text.Should().Be("a");
        alone.Calls.Should().Be(3);

        var first = new Script("a", _clock, error);
        var second = new Script("b", _clock);
        await using var two = InOrder(new() { Retry = new() }, _clock, null, first, second);
        (await _clock.RunAsync(two.RouteAsync("hello"))).Text.Should().Be("b");
        first.Calls.Should().Be(2);
    }

    [Theory]
    [InlineData(1.5, null, "b")]
    [InlineData(120.0, 1.5, "b")]
    [InlineData(1.5, 120.0, "a")]
    public async Task A_wait_that_would_outlast_the_call_s_limit_is_not_begun(double limit, double? asked, string expected)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(2)), null);
        var b = new Script("b", _clock);
        await using var router =
            InOrder(new() { Retry = new(), Timeouts = new() { Call = TimeSpan.FromSeconds(limit) } }, _clock, null, a, b);
        var request = new LlmRequest("hello") { Timeouts = asked is { } seconds ? new() { Call = TimeSpan.FromSeconds(seconds) } : null };
        (await _clock.RunAsync(router.RouteAsync(request))).Text.Should().Be(expected);
        (_clock.Elapsed > TimeSpan.Zero).Should().Be(expected == "a");
    }

    [Theory]
    [InlineData(1.0, "b")]
    [InlineData(1.001, "a")]
    public async Task A_wait_as_long_as_all_that_is_left_of_the_limit_is_not_begun_either(double limit, string expected)
    {
        var second = TimeSpan.FromSeconds(1);
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        var retry = new RetryOptions { MinDelay = second, MaxDelay = second };
        await using var router = InOrder(
            new() { Retry = retry, Timeouts = new() { Call = TimeSpan.FromSeconds(limit) } }, _clock, null, a, new Script("b", _clock));
        (await _clock.RunAsync(router.RouteAsync("hello"))).Text.Should().Be(expected);
    }

    [Fact]
    public async Task A_retry_after_of_a_server_error_is_kept_too()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Unavailable, TimeSpan.FromSeconds(1.5)), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        await _clock.RunAsync(router.RouteAsync("hello"));
        (a.At[1] - a.At[0]).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task The_wait_is_no_overhead_of_the_router_and_no_time_of_a_provider()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a).ExportingTo(registry);
        var response = await _clock.RunAsync(router.RouteAsync("hello"));
        response.Attempts.Should().OnlyContain(t => t.Duration == TimeSpan.Zero);
        response.Latency.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(250));
        var page = await Exposition.ReadAsync(registry);
        page["llm_router_overhead_seconds_sum"].Should().Be(0);
        (page["llm_retries_total"], page["llm_failovers_total"]).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_refused_connection_or_a_bad_certificate_is_not_retried()
    {
        var refused = new LlmException(
            LlmErrorKind.Unavailable, "refused", new HttpRequestException(HttpRequestError.ConnectionError, "no"));
        var untrusted = new LlmException(
            LlmErrorKind.Unavailable, "untrusted", new HttpRequestException(HttpRequestError.SecureConnectionError, "no"));
        var (a, b) = (new Script("a", _clock, refused), new Script("b", _clock));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        a.Calls.Should().Be(1, "the next provider is asked at once");

        var alone = new Script("c", _clock, refused, null);
        await using var only = InOrder(new() { Retry = new() }, _clock, null, alone);
        (await _clock.RunAsync(only.RouteAsync("hello"))).Text.Should().Be("c", "with no other provider left, half a second is worth it");

        var bad = new Script("d", _clock, untrusted, null);
        await using var never = InOrder(new() { Retry = new() }, _clock, null, bad);
        await FluentActions.Awaiting(() => never.RouteAsync("hello")).Should().ThrowAsync<LlmException>();
        bad.Calls.Should().Be(1, "a certificate does not mend itself");
    }

    [Theory]
    [BothModes]
    public async Task A_rule_can_be_changed_for_a_kind(bool streamed)
    {
        var options = new RouterOptions { Retry = new() };
        options.ErrorRules[LlmErrorKind.InvalidRequest] = ErrorRule.For(LlmErrorKind.InvalidRequest) with { Next = NextProvider.Always };
        options.ErrorRules[LlmErrorKind.ServerError] = ErrorRule.For(LlmErrorKind.ServerError) with { RetriesSameProvider = false };
        var a = new Script("a", _clock, Error(LlmErrorKind.InvalidRequest));
        var b = new Script("b", _clock, Error(LlmErrorKind.ServerError));
        var c = new Script("c", _clock);
        await using var router = InOrder(options, _clock, null, a, b, c);
        (await router.RunAsync(streamed)).Text.Should().Be("c");
        (a.Calls, b.Calls).Should().Be((1, 1));
    }

    [Fact]
    public async Task What_others_were_asked_before_does_not_count_as_asking_this_one_again()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.NotSupported));
        var b = new Script("b", _clock, Error(LlmErrorKind.ServerError), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        (await _clock.RunAsync(router.RouteAsync("hello"))).Attempts.Select(t => t.Role)
            .Should().Equal(AttemptRole.First, AttemptRole.Failover, AttemptRole.Retry);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        FluentActions.Invoking(() => new RetryOptions { MaxRetriesPerProvider = -1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RetryOptions { BudgetShare = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RetryOptions { BudgetPerSecond = -1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new RetryOptions { LongestRetryAfter = TimeSpan.FromSeconds(-1) })
            .Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Router(new RouterOptions { Retry = new() { MinDelay = TimeSpan.FromSeconds(1) } }))
            .Should().Throw<ArgumentException>().WithMessage("*MinDelay*MaxDelay*");
    }
}
