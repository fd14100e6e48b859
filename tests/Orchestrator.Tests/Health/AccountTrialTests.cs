using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Health;

/// <summary>Who tries out a provider whose account was refused, and when: one at a time, one a second where no other is left.</summary>
public class AccountTrialTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task One_call_makes_the_trial_and_for_others_the_provider_stays_excluded(bool streamed)
    {
        var (a, trial) = Refused();
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        await router.RunAsync(streamed);
        _clock.Advance(TimeSpan.FromSeconds(5));
        var tried = router.RunAsync(streamed);
        await UntilAsync(() => trial.WasAsked);
        for (var i = 0; i < 20; i++)
            (await router.RunAsync(streamed)).Text.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.Availability, metrics.Exclusion).Should().Be((ProviderAvailability.Excluded, ExclusionReason.Authentication));
        a.Calls.Should().Be(2);
        trial.Give("a");
        trial.Finish();
        (await tried).Text.Should().Be("a");
        router.GetMetrics()["a"].Availability.Should().Be(ProviderAvailability.Available);
    }

    [Fact]
    public async Task A_trial_whose_caller_cancels_leaves_the_next_call_to_make_it()
    {
        var asked = 0;
        var a = new FakeProvider("a", (_, token) => Interlocked.Increment(ref asked) switch
        {
            1 => Some.Failure(Error(LlmErrorKind.Permission)),
            2 => Some.Silence(token),
            _ => Some.Answer("a"),
        });
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        await router.RouteAsync("hello");
        _clock.Advance(TimeSpan.FromSeconds(5));
        using var leave = new CancellationTokenSource();
        var left = router.RouteAsync("hello", cancellationToken: leave.Token);
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        await leave.CancelAsync();
        await FluentActions.Awaiting(() => left).Should().ThrowAsync<OperationCanceledException>();
        (await router.RouteAsync("hello")).Text.Should().Be("a");
    }

    [Fact]
    public async Task A_trial_that_does_not_end_keeps_the_others_away_for_a_minute_only()
    {
        var (a, trial) = Refused();
        await using var router = InOrder(
            new() { Timeouts = new() { FirstToken = Hour, Attempt = Hour, Call = Hour } },
            _clock,
            null,
            a,
            FakeProvider.Answering("b", "b"));
        await router.RouteAsync("hello");
        _clock.Advance(TimeSpan.FromSeconds(5));
        var forgotten = router.RouteAsync("hello");
        _clock.Advance(TimeSpan.FromSeconds(59.9));
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        (await router.RouteAsync("hello")).Text.Should().Be("third");
        trial.Fail();
        (await forgotten).Text.Should().Be("b");
    }

    [Fact]
    public async Task A_trial_that_fails_otherwise_leaves_the_next_call_to_make_it()
    {
        var refused = Error(LlmErrorKind.Authentication);
        var (invalid, failed) = (Error(LlmErrorKind.InvalidRequest), Error(LlmErrorKind.ServerError));
        var a = new Script("a", _clock, refused, invalid, failed, refused, null);
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        await router.RouteAsync("hello");
        _clock.Advance(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 2; i++)
        {
            router.GetMetrics()["a"].Availability.Should().Be(ProviderAvailability.Trial);
            await Task.WhenAny(router.RouteAsync("hello"));
        }

        a.Calls.Should().Be(3);
        await router.RouteAsync("hello");
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(10), "only the same result makes it longer");
    }

    [Theory]
    [BothModes]
    public async Task The_only_provider_is_tried_by_one_call_a_second_and_the_others_fail_at_once(bool streamed)
    {
        var mended = false;
        var a = new Script("a", _clock) { ByTime = _ => mended ? null : Error(LlmErrorKind.Authentication) };
        await using var router = InOrder(null, _clock, null, a);
        for (var tenth = 0; tenth < 100; tenth++)
        {
            (await router.FailAsync<LlmException>(streamed)).Kind
                .Should().BeOneOf(LlmErrorKind.Authentication, LlmErrorKind.NoCandidate);
            _clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        a.At.Should().HaveCount(10);
        a.At.Zip(a.At.Skip(1), (one, next) => next - one).Should().OnlyContain(wait => wait >= TimeSpan.FromSeconds(1));
        router.GetMetrics()["a"].AvailableIn.Should().BeGreaterThan(TimeSpan.FromMinutes(4));
        mended = true;
        var (text, route) = await router.RunAsync(streamed);
        (text, route.Attempts[0].Role).Should().Be(("a", AttemptRole.Trial));
        (await router.RunAsync(streamed)).Text.Should().Be("a", "a success ends it");
    }

    [Fact]
    public async Task Of_several_the_one_is_tried_whose_exclusion_ends_next()
    {
        var refused = Error(LlmErrorKind.QuotaExceeded);
        var (a, b) = (new Script("a", _clock, refused), new Script("b", _clock, refused, null));
        await using var router = InOrder(null, _clock, null, a, b);
        // Five seconds after it began that of a is over, and of the next call a is the trial.
        await router.FailAsync<AllProvidersFailedException>(streamed: false, new() { ModelId = "a" });
        _clock.Advance(TimeSpan.FromSeconds(5));
        await router.FailAsync<AllProvidersFailedException>(streamed: false, new() { ModelId = "a" });
        await router.FailAsync<AllProvidersFailedException>(streamed: false, new() { ModelId = "b" });
        (await router.FailAsync<LlmException>(streamed: false)).Kind.Should().Be(LlmErrorKind.NoCandidate, "b was asked just now");
        _clock.Advance(TimeSpan.FromSeconds(1));
        var answer = await router.RouteAsync("hello");
        (answer.Text, answer.Attempts.Count, a.Calls).Should().Be(("b", 1, 2));
    }

    [Fact]
    public async Task A_provider_that_a_rate_limit_leaves_out_is_waited_for_and_no_dead_key_tried_meanwhile()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Authentication));
        var b = new Script("b", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(4)), null);
        await using var router = InOrder(null, _clock, null, a, b);
        await router.FailAsync<LlmException>(streamed: false);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var error = await router.FailAsync<LlmException>(streamed: false);
        (error.Kind, error.RetryAfter, a.Calls).Should().Be((LlmErrorKind.NoCandidate, TimeSpan.FromSeconds(2), 1));
    }

    [Fact]
    public async Task What_would_be_tried_next_is_explained_without_being_tried()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Authentication), null);
        await using var router = InOrder(null, _clock, null, a);
        await router.FailAsync<LlmException>(streamed: false);
        var excluded = router.Explain(new LlmRequest("hello")).Excluded.Single();
        (excluded.Reason, excluded.EndsIn).Should().Be((ExclusionReason.Authentication, TimeSpan.FromSeconds(5)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            var explanation = router.Explain(new LlmRequest("hello"));
            (explanation.Problem, explanation.Candidates.Single().Availability).Should().Be((null, ProviderAvailability.Trial));
        }

        router.GetMetrics()["a"].Availability.Should().Be(ProviderAvailability.Excluded);
        (await router.RouteAsync("hello")).Attempts[0].Role.Should().Be(AttemptRole.Trial);
    }

    [Fact]
    public async Task A_free_check_that_fails_confirms_it_once_between_two_trials()
    {
        var a = new ProbedProvider { Failure = Error(LlmErrorKind.Authentication) };
        var health = new HealthOptions { FirstExclusionTime = TimeSpan.FromMinutes(1) };
        await using var router = InOrder(new() { Health = health }, _clock, null, a, new Script("b", _clock));
        var first = router.RouteAsync("hello");
        await a.Asked(1);
        a.Answer(true);
        await first;
        Left().Should().Be(TimeSpan.FromMinutes(1));

        _clock.Advance(TimeSpan.FromSeconds(30));
        await router.RouteAsync("hello");
        await a.Asked(2);
        a.Answer(false);
        await UntilAsync(() => router.RouteAsync("hello").IsCompleted && Left() != TimeSpan.FromSeconds(30));
        Left().Should().Be(TimeSpan.FromMinutes(2));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await router.RouteAsync("hello");
        Left().Should().Be(TimeSpan.FromSeconds(119), "one answer of the check counts once");

        TimeSpan Left() => router.GetMetrics()["probed"].AvailableIn!.Value;
    }

    private static (FakeProvider Provider, HandProvider Trial) Refused()
    {
        var trial = new HandProvider("trial");
        var asked = 0;
        return (new FakeProvider("a", (request, token) => Interlocked.Increment(ref asked) switch
        {
            1 => Some.Failure(Error(LlmErrorKind.Authentication)),
            2 => trial.GenerateAsync(request, token),
            _ => Some.Answer("third"),
        }), trial);
    }
}
