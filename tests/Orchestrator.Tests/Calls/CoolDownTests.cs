using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>Where no other provider is left, a call waits until a vendor's limit is over: for how long, how often, at what cost.</summary>
public partial class CoolDownTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task The_only_provider_is_asked_again_after_its_cool_down(bool streamed)
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var a = new Script("a", _clock, Limited(), null);
        await using var router = InOrder(Options(), _clock, null, a).ExportingTo(registry);
        var (text, route) = await _clock.RunAsync(router.RunAsync(streamed));
        text.Should().Be("a");
        route.Attempts.Select(t => t.Role).Should().Equal(AttemptRole.First, AttemptRole.Retry);
        route.Attempts.Should().OnlyContain(t => t.Duration == TimeSpan.Zero, "the wait is no time of the provider");
        (a.At[1] - a.At[0]).Should().BeGreaterThanOrEqualTo(Second).And.BeLessThanOrEqualTo(Second * 1.2);
        route.Latency.Should().BeGreaterThanOrEqualTo(Second);
        (await Exposition.ReadAsync(registry))["llm_router_overhead_seconds_sum"].Should().Be(0);
    }

    [Theory]
    [InlineData(null, 4)]
    [InlineData(2, 2)]
    public async Task Attempts_stay_within_their_number(int? most, int expected)
    {
        var a = new Script("a", _clock, Limited());
        var options = Options();
        options.MaxAttempts = most;
        await using var router = InOrder(options, _clock, null, a);
        var call = () => _clock.RunAsync(router.RouteAsync("hello"));
        (await call.Should().ThrowAsync<AllProvidersFailedException>()).Which.Kind.Should().Be(LlmErrorKind.RateLimited);
        a.Calls.Should().Be(expected);
        a.At.Zip(a.At.Skip(1), (before, after) => after - before).Should().OnlyContain(wait => wait >= Second);
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_arrives_in_the_cool_down_waits_for_it(bool streamed)
    {
        var a = new Script("a", _clock, Limited(), null);
        await using var router = InOrder(Options(most: 1), _clock, null, a);
        await router.FailAsync<AllProvidersFailedException>(streamed);
        var (text, route) = await _clock.RunAsync(router.RunAsync(streamed));
        (text, route.Attempts.Single().Role, a.Calls).Should().Be(("a", AttemptRole.First, 2));
        route.Latency.Should().BeGreaterThanOrEqualTo(Second).And.BeLessThanOrEqualTo(Second * 1.2);
    }

    [Theory]
    [InlineData(2.5, true)]
    [InlineData(30.0, false)]
    public async Task A_call_that_arrives_waits_for_a_retry_after_only_if_it_is_short(double seconds, bool waits)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(seconds)), null);
        var b = new Script("b", _clock, Error(LlmErrorKind.Authentication));
        await using var router = InOrder(new() { Retry = new(), MaxAttempts = 1 }, _clock, null, a, b);
        await router.FailAsync<AllProvidersFailedException>(false, new() { ModelId = "a" });
        await router.FailAsync<AllProvidersFailedException>(false, new() { ModelId = "b" });
        var call = () => _clock.RunAsync(router.RouteAsync("hello"));
        if (waits)
            (await call()).Text.Should().Be("a");
        else
            (await call.Should().ThrowAsync<LlmException>()).Which.Should().Match<LlmException>(
                e => e.Kind == LlmErrorKind.NoCandidate && e.RetryAfter == TimeSpan.FromSeconds(5));
        (_clock.Elapsed >= TimeSpan.FromSeconds(seconds)).Should().Be(waits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wait_that_would_outlast_the_call_s_limit_is_not_begun(bool isNew)
    {
        var a = new Script("a", _clock, Limited(), null);
        await using var router = InOrder(Options(isNew ? 1 : null), _clock, null, a);
        var request = new LlmRequest("hello") { Timeouts = new() { Call = Second * 0.9 } };
        if (isNew)
            await router.FailAsync<AllProvidersFailedException>(false);
        var call = () => _clock.RunAsync(router.RouteAsync(request));
        var error = (await call.Should().ThrowAsync<LlmException>()).Which;
        error.Kind.Should().Be(isNew ? LlmErrorKind.NoCandidate : LlmErrorKind.RateLimited);
        (a.Calls, _clock.Elapsed).Should().Be((1, TimeSpan.Zero));
    }

    [Theory]
    [BothModes]
    public async Task Another_provider_that_is_left_is_asked_first_and_the_limited_one_after_it(bool streamed)
    {
        var (a, b) = (new Script("a", _clock, Limited(), null), new Script("b", _clock, Error(LlmErrorKind.NotSupported)));
        await using var router = InOrder(Options(), _clock, null, a, b);
        (await _clock.RunAsync(router.RunAsync(streamed))).Route.Attempts.Select(t => t.Provider.Name).Should().Equal("a", "b", "a");
        b.At[0].Should().Be(a.At[0]);
        (a.At[1] - a.At[0]).Should().BeGreaterThanOrEqualTo(Second);
    }

    [Fact]
    public async Task A_limit_that_was_over_while_others_were_asked_does_not_make_its_provider_forgotten()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(5)), null);
        var b = new FakeProvider("b", (_, token) => Some.Silence(token));
        await using var router = InOrder(
            new() { Retry = new(), Timeouts = new() { Attempt = TimeSpan.FromSeconds(8) } }, _clock, null, a, b);
        (await _clock.RunAsync(router.RouteAsync("hello"))).Attempts.Select(t => t.Provider.Name).Should().Equal("a", "b", "a");
    }

    [Theory]
    [BothModes]
    public async Task A_limit_that_another_error_has_followed_is_no_reason_to_ask_again(bool streamed)
    {
        var limit = Error(LlmErrorKind.RateLimited, Second);
        var a = new Script("a", _clock, limit, Error(LlmErrorKind.StreamInterrupted), null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a);
        var call = () => _clock.RunAsync(router.RunAsync(streamed));
        (await call.Should().ThrowAsync<AllProvidersFailedException>()).Which.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        a.Calls.Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_second_question_is_paid_for_by_the_budget(bool none)
    {
        var a = new Script("a", _clock, Limited(), null);
        var options = Options();
        options.Retry = none ? RetryOptions.None : new() { BudgetShare = 0, BudgetPerSecond = 0 };
        await using var router = InOrder(options, _clock, null, a);
        var call = () => _clock.RunAsync(router.RouteAsync("hello"));
        await call.Should().ThrowAsync<AllProvidersFailedException>();
        (a.Calls, _clock.Elapsed).Should().Be((1, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    [InlineData(3.5)]
    public async Task A_server_that_fails_is_not_asked_two_more_times_within_half_a_second(double seconds)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Unavailable, TimeSpan.FromSeconds(seconds), 503));
        await using var router = InOrder(new() { Retry = new(), Health = new() { ConsecutiveFailures = 5 } }, _clock, null, a);
        var call = () => _clock.RunAsync(router.RouteAsync("hello"));
        await call.Should().ThrowAsync<AllProvidersFailedException>();
        a.Calls.Should().Be(seconds > 3 ? 1 : 2);
    }

    [Fact]
    public async Task A_provider_that_says_again_when_to_come_back_is_asked_then()
    {
        var error = Error(LlmErrorKind.Unavailable, Second, 503);
        var a = new Script("a", _clock, error, error, null);
        await using var router = InOrder(new() { Retry = new(), Health = new() { ConsecutiveFailures = 5 } }, _clock, null, a);
        (await _clock.RunAsync(router.RouteAsync("hello"))).Text.Should().Be("a");
        a.At.Zip(a.At.Skip(1), (before, after) => after - before).Should().HaveCount(2).And.OnlyContain(wait => wait >= Second);
    }

    private static LlmException Limited() => Error(LlmErrorKind.RateLimited);

    private static RouterOptions Options(int? most = null) => new() { Retry = new(), MaxAttempts = most };
}
