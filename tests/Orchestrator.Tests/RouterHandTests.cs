using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests;

/// <summary>What an operator does by hand: switching a provider off and on, and forgetting what it did.</summary>
public class RouterHandTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task A_provider_that_is_switched_off_is_not_asked_until_it_is_switched_on(bool streamed)
    {
        await using var router = Two();
        router.SetEnabled("a", false).Should().BeTrue();
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromDays(100));
        (await router.RunAsync(streamed)).Text.Should().Be("b", "it has no end");
        var metrics = router.GetMetrics()["a"];
        (metrics.Availability, metrics.Exclusion, metrics.AvailableIn)
            .Should().Be((ProviderAvailability.Excluded, ExclusionReason.Disabled, null));
        var excluded = router.Explain(new LlmRequest("hello")).Excluded.Single();
        (excluded.Provider, excluded.Reason, excluded.EndsIn).Should().Be(("a", ExclusionReason.Disabled, null));
        router.SetEnabled("a", true).Should().BeTrue();
        (await router.RunAsync(streamed)).Text.Should().Be("a");
    }

    [Theory]
    [BothModes]
    public async Task With_all_switched_off_a_call_fails_at_once_and_no_trial_is_made(bool streamed)
    {
        await using var router = InOrder(null, _clock, null, new Script("a", _clock, Error(LlmErrorKind.Authentication)));
        await router.FailAsync<LlmException>(streamed);
        router.SetEnabled("a", false);
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            var error = await router.FailAsync<LlmException>(streamed);
            (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.NoCandidate, null));
            error.Message.Should().Contain("a: Disabled");
        }
    }

    [Fact]
    public async Task A_dead_key_beside_one_that_is_switched_off_is_still_tried_once_a_second()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.Authentication), null);
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        router.SetEnabled("b", false);
        await router.FailAsync<LlmException>(streamed: false);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
    }

    [Theory]
    [BothModes]
    public async Task Attempts_that_run_end_as_they_would_have_and_calls_that_wait_are_sent_on(bool streamed)
    {
        var slow = new HandProvider("slow");
        var asked = 0;
        var a = new FakeProvider("a", (request, token) => asked++ == 0 ? slow.GenerateAsync(request, token) : Some.Answer("a"));
        var c = new FakeProvider("c", (_, _) => Some.Answer("c"));
        await using var router = InOrder(null, _clock, null);
        router.AddProvider(a, new() { MaxConcurrency = 1 });
        var running = router.RunAsync(streamed);
        await UntilAsync(() => slow.WasAsked);
        var waiting = router.RunAsync(streamed);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        router.AddProvider(c);
        router.SetEnabled("a", false);
        (await waiting.WaitAsync(Patience)).Text.Should().Be("c");
        slow.Give("late");
        slow.Finish();
        (await running).Text.Should().Be("late");
        (router.GetMetrics()["a"].InFlight, router.GetMetrics()["a"].Exclusion).Should().Be((0, ExclusionReason.Disabled));
    }

    [Fact]
    public async Task Switched_off_belongs_to_the_name_as_long_as_the_list_has_it()
    {
        await using var router = Two();
        router.SetEnabled("a", false);
        var b = new Script("b", _clock);
        router.ReplaceProviders([new(new Script("a", _clock)), new(b)]);
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        router.RemoveProvider("a");
        router.AddProvider(new Script("a", _clock));
        router.GetMetrics()["a"].IsAvailable.Should().BeTrue();
    }

    [Theory]
    [BothModes(LlmErrorKind.QuotaExceeded)]
    [BothModes(LlmErrorKind.RateLimited)]
    [BothModes(LlmErrorKind.ServerError)]
    public async Task A_reset_forgets_failures_exclusions_cool_downs_and_their_growth(LlmErrorKind kind, bool streamed)
    {
        var failing = true;
        var a = new Script("a", _clock) { ByTime = _ => failing ? Error(kind) : null };
        await using var router = InOrder(null, _clock, null, a, new Script("b", _clock));
        await FailAsync();
        var first = router.GetMetrics()["a"].AvailableIn!.Value;
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(router.GetMetrics()["a"].AvailableIn!.Value);
            await router.RunAsync(streamed);
        }

        router.GetMetrics()["a"].AvailableIn.Should().BeGreaterThan(first * 1.5);
        router.ResetHealth("a").Should().BeTrue();
        var metrics = router.GetMetrics()["a"];
        (metrics.Availability, metrics.Exclusion, metrics.Health, metrics.RecentErrorRate)
            .Should().Be((ProviderAvailability.Available, ExclusionReason.None, ProviderHealth.Healthy, 0));
        failing = false;
        (await router.RunAsync(streamed)).Route.Attempts[0].Role.Should().Be(AttemptRole.First);
        router.ResetHealth("a");
        failing = true;
        await FailAsync();
        router.GetMetrics()["a"].AvailableIn.Should().BeLessThan(first * 1.5);

        async Task FailAsync()
        {
            for (var i = 0; router.GetMetrics()["a"].IsAvailable; i++)
            {
                i.Should().BeLessThan(3);
                await router.RunAsync(streamed);
            }
        }
    }

    [Fact]
    public async Task What_began_before_a_reset_excludes_no_more()
    {
        var slow = new HandProvider("slow");
        var a = new FakeProvider("a", slow.GenerateAsync);
        await using var router = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        var running = router.RouteAsync("hello");
        router.ResetHealth("a");
        slow.Fail(Error(LlmErrorKind.QuotaExceeded));
        (await running).Text.Should().Be("b");
        router.GetMetrics()["a"].IsAvailable.Should().BeTrue("the bill was paid since");
    }

    [Fact]
    public async Task A_reset_does_not_switch_on()
    {
        await using var router = Two();
        router.SetEnabled("a", false);
        router.ResetHealth("a");
        (await router.RouteAsync("hello")).Text.Should().Be("b");
    }

    [Fact]
    public async Task Each_is_logged_once_and_counted()
    {
        var logs = new Logs();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var a = new Script("a", _clock, Error(LlmErrorKind.Authentication), null);
        await using var router = InOrder(null, _clock, logs, a, new Script("b", _clock)).ExportingTo(registry);
        for (var i = 0; i < 2; i++)
            router.SetEnabled("a", false).Should().BeTrue();
        for (var i = 0; i < 2; i++)
            router.SetEnabled("a", true).Should().BeTrue();
        await router.RouteAsync("hello");
        router.ResetHealth("a");
        (await router.RouteAsync("hello")).Text.Should().Be("a");
        logs.Records.Select(r => r.Id.Name).Where(n => n!.StartsWith("llm_provider", StringComparison.Ordinal)).Should().Equal(
            "llm_provider_disabled", "llm_provider_enabled", "llm_provider_excluded", "llm_provider_health_reset");
        var page = await Exposition.ReadAsync(registry);
        (page["llm_provider_state_changes_total{provider=\"a\",state=\"excluded\"}"],
            page["llm_provider_state_changes_total{provider=\"a\",state=\"available\"}"]).Should().Be((2, 2));
    }

    [Fact]
    public async Task An_unknown_name_is_false_no_name_an_error_and_a_disposed_router_says_so()
    {
        var router = Two();
        (router.SetEnabled("c", false), router.ResetHealth("c")).Should().Be((false, false));
        FluentActions.Invoking(() => router.SetEnabled(null!, true)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => router.ResetHealth(null!)).Should().Throw<ArgumentNullException>();
        await router.DisposeAsync();
        FluentActions.Invoking(() => router.SetEnabled("a", true)).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => router.ResetHealth("a")).Should().Throw<ObjectDisposedException>();
    }

    private Router Two() => InOrder(null, _clock, null, new Script("a", _clock), new Script("b", _clock));
}
