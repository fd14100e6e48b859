using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Health;

/// <summary>Ejected, cooling down, on trial, back: as calls see it.</summary>
public partial class EjectionTests
{
    private static readonly RouterOptions Plain = new() { Retry = RetryOptions.None };
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes]
    public async Task Three_failures_in_a_row_eject_and_the_others_are_asked_instead(bool streamed)
    {
        var (a, b) = (new Script("a", _clock, Error(LlmErrorKind.ServerError)), new Script("b", _clock));
        await using var router = InOrder(Options(), _clock, null, a, b);
        for (var i = 0; i < 10; i++)
            (await router.RunAsync(streamed)).Text.Should().Be("b");
        a.Calls.Should().Be(3);
        var metrics = router.GetMetrics()["a"];
        (metrics.Health, metrics.IsAvailable, metrics.Ejections).Should().Be((ProviderHealth.Unhealthy, false, 1));
        metrics.AvailableIn.Should().BeGreaterThan(TimeSpan.FromSeconds(3.9)).And.BeLessThan(TimeSpan.FromSeconds(6.1));
    }

    [Fact]
    public async Task A_success_between_starts_the_count_anew()
    {
        var error = Error(LlmErrorKind.ServerError);
        var (a, b) = (new Script("a", _clock, error, error, null, error, error, null), new Script("b", _clock));
        await using var router = InOrder(Options(), _clock, null, a, b);
        for (var i = 0; i < 4; i++)
            await router.RouteAsync("hello");
        router.GetMetrics()["a"].Ejections.Should().Be(0);
    }

    [Fact]
    public async Task Three_errors_in_five_eject_though_never_three_in_a_row()
    {
        var error = Error(LlmErrorKind.ServerError);
        var (a, b) = (new Script("a", _clock, error, null, error, null, error), new Script("b", _clock));
        await using var router = InOrder(Options(), _clock, null, a, b);
        for (var i = 0; i < 8; i++)
            await router.RouteAsync("hello");
        a.Calls.Should().Be(5);
        router.GetMetrics()["a"].Ejections.Should().Be(1);
    }

    [Fact]
    public async Task The_trial_comes_after_five_seconds_and_its_success_brings_the_provider_back()
    {
        var a = new Script("a", _clock) { ByTime = now => now < TimeSpan.FromSeconds(2) ? Error(LlmErrorKind.ServerError) : null };
        var b = new Script("b", _clock);
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        _clock.Advance(TimeSpan.FromSeconds(3.9));
        (await router.RouteAsync("hello")).Text.Should().Be("b", "the shortest cool-down is four seconds");
        _clock.Advance(TimeSpan.FromSeconds(2.2));
        var back = await router.RouteAsync("hello");
        (back.Text, back.Attempts[0].Role).Should().Be(("a", AttemptRole.Trial));
        var metrics = router.GetMetrics()["a"];
        (metrics.Health, metrics.IsAvailable, metrics.AvailableIn, metrics.RecentErrorRate)
            .Should().Be((ProviderHealth.Healthy, true, (TimeSpan?)null, 0));
        (await router.RouteAsync("hello")).Attempts[0].Role.Should().Be(AttemptRole.First);
    }

    [Fact]
    public async Task Each_failed_trial_makes_the_cool_down_half_as_long_again_up_to_its_bounds()
    {
        var (a, b) = (new Script("a", _clock, Error(LlmErrorKind.ServerError)), new Script("b", _clock));
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        while (_clock.Elapsed < TimeSpan.FromMinutes(15))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            (await router.RouteAsync("hello")).Text.Should().Be("b");
        }

        var waits = a.At.Skip(2).Zip(a.At.Skip(3), (from, to) => (to - from).TotalSeconds).ToList();
        // A tenth of a second is the step of this test.
        waits[0].Should().BeInRange(4, 6.1);
        waits[1].Should().BeInRange(6, 9.1);
        waits[2].Should().BeInRange(9, 13.6);
        waits[3].Should().BeInRange(13.5, 15.1);
        waits.Skip(4).TakeWhile(w => w < 20).Should().OnlyContain(w => w >= 15 && w <= 15.1);
        var longOnes = a.At.Skip(3).Zip(a.At.Skip(4), (from, to) => (From: from - a.At[2], Wait: (to - from).TotalSeconds))
            .Where(w => w.From >= TimeSpan.FromMinutes(10)).ToList();
        longOnes.Should().NotBeEmpty().And.OnlyContain(w => w.Wait >= 60 && w.Wait <= 60.1);
    }

    [Fact]
    public async Task Growth_starts_anew_after_a_recovery()
    {
        var failing = true;
        var a = new Script("a", _clock) { ByTime = _ => failing ? Error(LlmErrorKind.ServerError) : null };
        var b = new Script("b", _clock);
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(16));
            await router.RouteAsync("hello");
        }

        failing = false;
        _clock.Advance(TimeSpan.FromSeconds(16));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
        failing = true;
        await AskAsync(router, 3);
        router.GetMetrics()["a"].AvailableIn.Should().BeLessThan(TimeSpan.FromSeconds(6.1));
    }

    // 200 calls at once while a trial is due: one of them makes it, the others do not wait for it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_call_of_two_hundred_makes_the_trial(bool trialSucceeds)
    {
        var gate = new TaskCompletionSource();
        var down = true;
        var a = new FakeProvider("a", (_, token) => down ? Some.Failure(Error(LlmErrorKind.ServerError)) : After(gate.Task, trialSucceeds));
        var b = FakeProvider.Answering("b", "b");
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        down = false;
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        var calls = Enumerable.Range(0, 200).Select(_ => Task.Run(() => router.RouteAsync("hello"))).ToList();
        await UntilAsync(() => calls.Count(c => c.IsCompletedSuccessfully) == 199);
        (a.Calls, b.Calls).Should().Be((3 + 1, 3 + 199));
        gate.SetResult();
        var answers = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(20));
        answers.Count(r => r.Attempts[0].Role == AttemptRole.Trial).Should().Be(1);
        router.GetMetrics()["a"].IsAvailable.Should().Be(trialSucceeds);

        static async IAsyncEnumerable<ChatResponseUpdate> After(Task gate, bool succeeds)
        {
            await gate;
            if (!succeeds)
                throw Error(LlmErrorKind.ServerError);
            yield return Some.Word("a");
            yield return Some.Finish();
        }
    }

    [Fact]
    public async Task A_trial_whose_caller_cancels_leaves_the_next_call_to_make_it()
    {
        var down = true;
        var a = new FakeProvider("a", (_, token) => down ? Some.Failure(Error(LlmErrorKind.ServerError)) : Some.Silence(token));
        var b = FakeProvider.Answering("b", "b");
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        down = false;
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        using var source = new CancellationTokenSource();
        var left = router.RouteAsync("hello", cancellationToken: source.Token);
        (await router.RouteAsync("hello")).Text.Should().Be("b", "one trial at a time");
        await source.CancelAsync();
        await FluentActions.Awaiting(() => left).Should().ThrowAsync<OperationCanceledException>();
        using var again = new CancellationTokenSource();
        var second = router.RouteAsync("hello", cancellationToken: again.Token);
        a.Calls.Should().Be(5);
        await again.CancelAsync();
        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_trial_whose_stream_is_not_read_on_keeps_others_away_for_a_minute_only()
    {
        var down = true;
        var a = new FakeProvider("a", (_, _) => down ? Some.Failure(Error(LlmErrorKind.ServerError)) : Some.Answer("one", "two"));
        var b = FakeProvider.Answering("b", "b");
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        down = false;
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        var forgotten = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        await forgotten.MoveNextAsync();
        (await router.RouteAsync("hello")).Text.Should().Be("b");
        _clock.Advance(TimeSpan.FromSeconds(60.1));
        (await router.RouteAsync("hello")).Text.Should().Be("onetwo");
        await forgotten.DisposeAsync();
    }

    // All are down: each call still asks one of them, the one with the fewest errors first,
    // and a provider that works again is found at once.
    [Fact]
    public async Task With_every_provider_ejected_each_call_still_makes_an_attempt()
    {
        var failing = true;
        var a = new Script("a", _clock) { ByTime = _ => failing ? Error(LlmErrorKind.ServerError) : null };
        var b = new Script("b", _clock, Error(LlmErrorKind.ServerError));
        await using var router = InOrder(Options(), _clock, null, a, b);
        for (var i = 0; i < 5; i++)
            await router.FailAsync<AllProvidersFailedException>(streamed: false);
        var before = a.Calls + b.Calls;
        for (var i = 0; i < 7; i++)
            (await router.FailAsync<AllProvidersFailedException>(streamed: i % 2 == 0)).Attempts.Count.Should().Be(1);
        (a.Calls + b.Calls - before).Should().Be(7);

        failing = false;
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        (await router.RouteAsync("hello")).Text.Should().Be("a", "the first success comes within one cool-down");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_clock_that_jumps_an_hour_keeps_no_provider_out(int direction)
    {
        var clock = new HandClock();
        var failing = true;
        var a = new Script("a", clock) { ByTime = _ => failing ? Error(LlmErrorKind.ServerError) : null };
        var c = new Script("c", clock) { ByTime = _ => failing ? Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(60)) : null };
        var b = new Script("b", clock);
        await using var router = InOrder(Options(), clock, null, a, c, b);
        await AskAsync(router, 3);
        failing = false;
        clock.Pass(TimeSpan.FromHours(direction));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
        router.GetMetrics().Values.Should().OnlyContain(m => m.IsAvailable && m.AverageLatency >= TimeSpan.Zero);
    }

    [Fact]
    public async Task Another_instance_under_the_name_starts_with_a_clean_record()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError));
        var b = new Script("b", _clock);
        await using var router = InOrder(Options(), _clock, null, a, b);
        await AskAsync(router, 3);
        router.GetMetrics()["a"].IsAvailable.Should().BeFalse();
        router.ReplaceProviders([new(new Script("a", _clock)), new(b)]);
        var metrics = router.GetMetrics()["a"];
        (metrics.Health, metrics.IsAvailable, metrics.RecentErrorRate).Should().Be((ProviderHealth.Healthy, true, 0));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
    }

    [Fact]
    public async Task Every_change_is_logged_once_and_counted()
    {
        var logs = new Logs();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var failing = true;
        var a = new Script("a", _clock) { ByTime = _ => failing ? Error(LlmErrorKind.ServerError) : null };
        var b = new Script("b", _clock);
        var options = Options();
        await using var router = InOrder(options, _clock, logs, a, b).ExportingTo(registry);
        await AskAsync(router, 20);
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        await AskAsync(router, 20);
        failing = false;
        _clock.Advance(TimeSpan.FromSeconds(9.1));
        await AskAsync(router, 20);
        logs.Named("llm_provider_ejected").Count().Should().Be(2);
        logs.Named("llm_provider_trial").Count().Should().Be(2);
        logs.Named("llm_provider_available").Count().Should().Be(1);
        var page = await Exposition.ReadAsync(registry);
        page["llm_provider_state_changes_total{provider=\"a\",state=\"ejected\"}"].Should().Be(2);
        page["llm_provider_state_changes_total{provider=\"a\",state=\"trial\"}"].Should().Be(2);
        page["llm_provider_state_changes_total{provider=\"a\",state=\"available\"}"].Should().Be(1);
    }

    private static RouterOptions Options() => new() { Retry = Plain.Retry };

    private static async Task AskAsync(Router router, int times)
    {
        for (var i = 0; i < times; i++)
            await router.RouteAsync("hello");
    }
}
