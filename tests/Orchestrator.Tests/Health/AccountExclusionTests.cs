using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Health;

/// <summary>What an account earns: a short exclusion after one error, longer ones when confirmed, none after a success.</summary>
public class AccountExclusionTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes(LlmErrorKind.Authentication, ExclusionReason.Authentication)]
    [BothModes(LlmErrorKind.Permission, ExclusionReason.Permission)]
    [BothModes(LlmErrorKind.QuotaExceeded, ExclusionReason.QuotaExceeded)]
    [BothModes(LlmErrorKind.ModelNotFound, ExclusionReason.ModelNotFound)]
    public async Task One_error_of_the_account_leaves_the_provider_out_for_five_seconds(
        LlmErrorKind kind, ExclusionReason reason, bool streamed)
    {
        var a = new Script("a", _clock, Error(kind), null);
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.Availability, metrics.Exclusion, metrics.AvailableIn, metrics.RecentErrorRate, metrics.Ejections)
            .Should().Be((ProviderAvailability.Excluded, reason, TimeSpan.FromSeconds(5), 0, 0));
        _clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromTicks(1));
        router.GetMetrics()["a"].Availability.Should().Be(ProviderAvailability.Trial);
        var (text, route) = await router.RunAsync(streamed);
        (text, route.Attempts[0].Role).Should().Be(("a", AttemptRole.Trial));
        (await router.RunAsync(streamed)).Route.Attempts[0].Role.Should().Be(AttemptRole.First);
    }

    [Theory]
    [BothModes]
    public async Task Each_trial_with_the_same_result_doubles_it_up_to_five_minutes(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.QuotaExceeded));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        for (var i = 0; i < 9; i++)
        {
            await router.RunAsync(streamed);
            var left = router.GetMetrics()["a"].AvailableIn!.Value;
            left.Should().Be(TimeSpan.FromSeconds(Math.Min(300, 5 * Math.Pow(2, i))));
            _clock.Advance(left);
        }

        a.Calls.Should().Be(9);
    }

    [Fact]
    public async Task Its_lengths_are_options_and_the_first_is_never_above_the_longest()
    {
        HealthOptions[] options =
        [
            new() { FirstExclusionTime = TimeSpan.FromSeconds(2), ExclusionTime = TimeSpan.FromSeconds(3) },
            new() { ExclusionTime = TimeSpan.FromSeconds(3) },
        ];
        foreach (var (health, first) in options.Zip([2, 3]))
        {
            await using var router = InOrder(
                new() { Health = health }, _clock, null, new Script("a", _clock, Error(LlmErrorKind.Permission)), new Script("b", _clock));
            await router.RouteAsync("hello");
            router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(first));
            _clock.Advance(TimeSpan.FromSeconds(first));
            await router.RouteAsync("hello");
            router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(3));
        }
    }

    [Theory]
    [BothModes]
    public async Task Fifty_calls_in_flight_at_a_dead_key_confirm_it_once(bool streamed)
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, _) => RefusedAfter(gate.Task));
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        var calls = Enumerable.Range(0, 50).Select(_ => router.RunAsync(streamed)).ToList();
        await UntilAsync(() => a.Calls == 50);
        gate.SetResult();
        (await Task.WhenAll(calls)).Should().OnlyContain(c => c.Text == "b");
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_began_before_it_confirms_it_no_more_after_a_trial_did()
    {
        var (slow, slower) = (new HandProvider("s1"), new HandProvider("s2"));
        var asked = 0;
        var a = new FakeProvider("a", (request, token) => Interlocked.Increment(ref asked) switch
        {
            1 => slow.GenerateAsync(request, token),
            2 => slower.GenerateAsync(request, token),
            _ => Some.Failure(Error(LlmErrorKind.Authentication)),
        });
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        var (first, second) = (router.RouteAsync("1"), router.RouteAsync("2"));
        await router.RouteAsync("3");
        slow.Fail(Error(LlmErrorKind.Authentication));
        await first;
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(9));
        slower.Fail(Error(LlmErrorKind.Authentication));
        await second;
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(1), "they know no more than the first of them did");
        _clock.Advance(TimeSpan.FromSeconds(1));
        await router.RouteAsync("4");
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [BothModes]
    public async Task A_success_of_a_call_that_was_in_flight_ends_it_and_its_growth(bool streamed)
    {
        var slow = new HandProvider("slow");
        var asked = 0;
        var a = new FakeProvider("a", (request, token) => Interlocked.Increment(ref asked) == 1
            ? slow.GenerateAsync(request, token)
            : Some.Failure(Error(LlmErrorKind.Authentication)));
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        var running = router.RunAsync(streamed);
        await UntilAsync(() => slow.WasAsked);
        await router.RunAsync(streamed);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await router.RunAsync(streamed);
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(10));

        slow.Give("late");
        slow.Finish();
        (await running).Text.Should().Be("late");
        router.GetMetrics()["a"].Availability.Should().Be(ProviderAvailability.Available);
        await router.RunAsync(streamed);
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(451)]
    public async Task A_page_of_a_firewall_is_no_failure_of_the_provider(int status)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.MalformedResponse, TimeSpan.FromSeconds(9), status));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        for (var i = 0; i < 10; i++)
            (await router.RouteAsync("hello")).Text.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.IsAvailable, metrics.RecentErrorRate, a.Calls).Should().Be((true, 0, 10));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_unreadable_answer_with_no_status_or_another_is_one(int? status)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.MalformedResponse, null, status));
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        await router.RouteAsync("hello");
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1);
    }

    [Fact]
    public async Task A_rule_of_the_user_excludes_as_an_account_does()
    {
        var options = new RouterOptions();
        options.ErrorRules[LlmErrorKind.NotSupported] = ErrorRule.For(LlmErrorKind.NotSupported) with { Health = HealthEffect.Excluded };
        var a = new Script("a", _clock, Error(LlmErrorKind.NotSupported), null);
        await using var router = InOrder(options, _clock, null, a, new Script("b", _clock));
        await router.RouteAsync("hello");
        (router.GetMetrics()["a"].Exclusion, router.GetMetrics()["a"].AvailableIn)
            .Should().Be((ExclusionReason.Error, TimeSpan.FromSeconds(5)));
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
    }

    [Fact]
    public async Task The_log_and_the_metrics_tell_it_its_trial_and_its_end()
    {
        var logs = new Logs();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var refused = Error(LlmErrorKind.Authentication);
        var a = new Script("a", _clock, refused, refused, null);
        await using var router = InOrder(null, _clock, logs, a, new Script("b", _clock)).ExportingTo(registry);
        foreach (var wait in (int[])[5, 10, 0])
        {
            await router.RouteAsync("hello");
            _clock.Advance(TimeSpan.FromSeconds(wait));
        }

        logs.Named("llm_provider_excluded").Select(r => r.GetStructuredStateValue("length")).Should().Equal("00:00:05", "00:00:10");
        (logs.Named("llm_provider_trial").Count(), logs.Named("llm_provider_available").Count()).Should().Be((2, 1));
        var page = await Exposition.ReadAsync(registry);
        (page["llm_provider_state_changes_total{provider=\"a\",state=\"excluded\"}"],
            page["llm_provider_state_changes_total{provider=\"a\",state=\"trial\"}"],
            page["llm_provider_state_changes_total{provider=\"a\",state=\"available\"}"]).Should().Be((2, 2, 1));
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> RefusedAfter(Task gate)
    {
        await gate;
        throw Error(LlmErrorKind.Authentication);
#pragma warning disable CS0162 // It makes this a sequence.
        yield break;
#pragma warning restore CS0162
    }
}
