using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What changes between a call's plan and its attempts: availability and permits.</summary>
public class BetweenPlanAndAttemptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exclusion_that_begins_while_another_call_is_planned_holds_for_that_call_too(bool alone)
    {
        var a = FakeProvider.Failing("a", LlmErrorKind.Authentication);
        Router router = null!;
        var inner = false;
        var strategy = new CustomRanking(candidates =>
        {
            if (!inner)
            {
                inner = true;
                _time.Advance(TimeSpan.FromMilliseconds(1));
                router.RouteAsync("hello", new ChatOptions { ModelId = "a" }).IsFaulted.Should().BeTrue();
            }

            return candidates;
        });
        router = new Router(new RouterOptions { CustomStrategy = strategy }, timeProvider: _time);
        router.AddProvider(a);
        if (alone)
        {
            var error = await router.FailAsync<LlmException>(streamed: false);
            (error.Kind, error is AllProvidersFailedException, error.RetryAfter)
                .Should().Be((LlmErrorKind.NoCandidate, false, TimeSpan.FromSeconds(5)));
        }
        else
        {
            router.AddProvider(FakeProvider.Answering("b", "ok"));
            (await router.AskAsync(streamed: false)).Should().Be("ok");
        }

        a.Calls.Should().Be(1, "it was left out before this call could ask it");
        router.GetMetrics()["a"].Exclusion.Should().Be(ExclusionReason.Authentication, "no call ends it by having begun earlier");
        await router.DisposeAsync();
    }

    [Fact]
    public async Task A_trial_that_meets_a_rate_limit_is_not_repeated_there()
    {
        var fails = LlmErrorKind.ServerError;
        var a = FakeProvider.Failing("a", () =>
            new LlmException(fails, "x") { RetryAfter = fails == LlmErrorKind.RateLimited ? TimeSpan.FromMilliseconds(1) : null });
        await using var router = new Router(new RouterOptions { Health = new() { ConsecutiveFailures = 1 } }, timeProvider: _time)
            .AddProvider(a);
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        _time.Advance(TimeSpan.FromSeconds(7));
        fails = LlmErrorKind.RateLimited;
        var call = router.FailAsync<AllProvidersFailedException>(streamed: false);
        for (var i = 0; i < 10 && !call.IsCompleted; i++)
            _time.Advance(TimeSpan.FromSeconds(1));
        (await call).Attempts.Select(x => x.Role).Should().Equal(AttemptRole.Trial);
    }

    [Fact]
    public async Task A_provider_that_failed_with_a_permit_that_was_waited_for_is_not_asked_again()
    {
        var (freeA, freeB) = (new TaskCompletionSource(), new TaskCompletionSource());
        var log = new AttemptLog();
        var a = ByTurn("a", freeA.Task, LlmErrorKind.NotSupported);
        var b = ByTurn("b", freeB.Task, null);
        await using var router = Narrow(log, a, b);
        var running = new[] { Ask(router, "a"), Ask(router, "b") };
        var call = router.AskAsync(streamed: false);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        freeA.SetResult();
        await UntilAsync(() => log.Attempts.Any(x => x.Outcome == AttemptOutcome.Failed));
        await UntilAsync(() => call.IsCompleted || router.GetMetrics()["b"].Queued == 1);
        freeB.SetResult();
        (await call.WaitAsync(Patience)).Should().Be("b");
        await Task.WhenAll(running);
        (a.Calls, b.Calls).Should().Be((2, 2));
    }

    [Fact]
    public async Task A_call_waits_for_a_permit_of_an_ejected_provider_when_there_is_no_other()
    {
        var free = new TaskCompletionSource();
        var calls = 0;
        var a = new FakeProvider("a", (_, _) =>
            Interlocked.Increment(ref calls) <= 3 ? Some.Failure(new LlmException(LlmErrorKind.ServerError, "x")) : After(free.Task, "ok"));
        await using var router = Narrow(null, a);
        for (var i = 0; i < 3; i++)
            await router.FailAsync<AllProvidersFailedException>(streamed: false);
        var first = router.AskAsync(streamed: false);
        var second = router.AskAsync(streamed: false);
        free.SetResult();
        (await first.WaitAsync(Patience)).Should().Be("ok");
        (await second.WaitAsync(Patience)).Should().Be("ok");
    }

    [Fact]
    public async Task A_prompt_that_was_too_long_does_not_wait_for_a_permit_where_there_is_no_more_room()
    {
        var free = new TaskCompletionSource();
        var small = new FakeProvider("small", (_, _) => Some.Failure(new LlmException(LlmErrorKind.ContextLengthExceeded, "x")))
        {
            Info = new("small", "mock", "m") { ContextWindow = 1000 }
        };
        var full = new FakeProvider("full", (_, _) => After(free.Task, "ok")) { Info = new("full", "mock", "m") { ContextWindow = 1000 } };
        await using var router = Narrow(null, small, full);
        var running = Ask(router, "full");
        var call = router.AskAsync(streamed: false);
        await Task.WhenAny(call, Task.Delay(200));
        free.SetResult();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<AllProvidersFailedException>();
        (await running).Should().Be("ok");
        full.Calls.Should().Be(1);
    }

    [Fact]
    public void A_budget_of_less_than_one_a_second_is_saved_up_to_one()
    {
        var budget = new RetryBudget(new RetryOptions { BudgetShare = 0, BudgetPerSecond = 0.5 }, frequency: 1000, now: 0);
        budget.TryTake(calls: 1, now: 500).Should().BeFalse();
        budget.TryTake(calls: 1, now: 10_000).Should().BeTrue("ten seconds are worth five");
    }

    [Fact]
    public async Task When_all_are_left_out_between_plan_and_attempt_the_call_says_for_how_long()
    {
        Router router = null!;
        var strategy = CustomRanking.Once(() =>
        {
            foreach (var name in new[] { "a", "b" })
                router.RouteAsync("hello", new ChatOptions { ModelId = name }).IsFaulted.Should().BeTrue();
        });
        router = new Router(new RouterOptions { CustomStrategy = strategy }, timeProvider: _time);
        router.AddProvider(FakeProvider.Failing("a", LlmErrorKind.Authentication))
            .AddProvider(FakeProvider.Failing("b", LlmErrorKind.Permission));
        var error = await router.FailAsync<LlmException>(streamed: false);
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.NoCandidate, TimeSpan.FromSeconds(5)));
        error.Message.Should().Contain("a: Authentication").And.Contain("b: Permission");
        await router.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_ejected_between_plan_and_attempt_is_asked_only_when_no_other_is_left(bool alone)
    {
        var a = FakeProvider.Failing("a", LlmErrorKind.ServerError);
        Router router = null!;
        var strategy = CustomRanking.Once(() => router.RouteAsync("hello", new ChatOptions { ModelId = "a" }).IsFaulted.Should().BeTrue());
        router = new Router(new RouterOptions
        {
            CustomStrategy = strategy,
            Retry = RetryOptions.None,
            Health = new() { ConsecutiveFailures = 1 }
        }, timeProvider: _time);
        router.AddProvider(a);
        if (!alone)
            router.AddProvider(FakeProvider.Answering("b", "ok"));
        if (alone)
            (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Should().ContainSingle();
        else
            (await router.AskAsync(streamed: false)).Should().Be("ok");
        a.Calls.Should().Be(alone ? 2 : 1);
        await router.DisposeAsync();
    }

    [Theory]
    [BothModes]
    public async Task A_list_that_is_replaced_after_a_failure_is_gone_through_without_the_failed_provider(bool streamed)
    {
        var rankings = (Begun: 0, Closed: 0);
        IEnumerable<Candidate> Watched(IReadOnlyList<Candidate> candidates)
        {
            rankings.Begun++;
            return new Closing(candidates, () => rankings.Closed++);
        }

        await using var router = new Router(new RouterOptions { CustomStrategy = new CustomRanking(Watched), Retry = RetryOptions.None });
        var (b, c) = (FakeProvider.Answering("b", "never asked"), FakeProvider.Answering("c", "ok"));
        FakeProvider a = null!;
        a = new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([new(a), new(c)]);
            return Some.Failure(Script.Error(LlmErrorKind.ServerError));
        });
        router.AddProvider(a).AddProvider(b);
        (await router.AskAsync(streamed)).Should().Be("ok");
        (a.Calls, b.Calls, c.Calls).Should().Be((1, 0, 1));
        rankings.Should().Be((2, 2), "what a strategy opens is closed, for every plan");
    }

    [Theory]
    [BothModes]
    public async Task A_call_after_whose_failure_the_list_is_empty_reports_that_failure(bool streamed)
    {
        await using var router = InOrder(null);
        router.AddProvider(new FakeProvider("a", (_, _) =>
        {
            router.RemoveProvider("b").Should().BeTrue();
            return Some.Failure(Script.Error(LlmErrorKind.ServerError));
        })).AddProvider(FakeProvider.Answering("b", "never asked"));
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        (error.Kind, error.Attempts.Count).Should().Be((LlmErrorKind.ServerError, 1));
    }

    [Fact]
    public async Task A_trial_is_reported_before_its_provider_is_asked()
    {
        using var logs = new Logs();
        var told = new List<int>();
        var a = new FakeProvider("a", (_, _) =>
        {
            told.Add(logs.Named("llm_provider_trial").Count());
            return Some.Failure(Script.Error(LlmErrorKind.ServerError));
        });
        await using var router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 } }, _time, logs, a);
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        _time.Advance(TimeSpan.FromSeconds(7));
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        told.Should().Equal(0, 1);
    }

    private static Task<string> Ask(Router router, string name) => router.AskAsync(streamed: false, new ChatOptions { ModelId = name });

    private static FakeProvider ByTurn(string name, Task free, LlmErrorKind? second)
    {
        var calls = 0;
        return new(name, (_, _) => Interlocked.Increment(ref calls) == 1 ? After(free, name)
            : second is { } kind && calls == 2 ? Some.Failure(new LlmException(kind, "x")) : Some.Answer(name));
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> After(Task free, string word)
    {
        await free;
        yield return Some.Word(word);
        yield return Some.Finish();
    }

    private static Router Narrow(AttemptLog? log, params FakeProvider[] providers)
    {
        var options = new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, Retry = RetryOptions.None };
        if (log is not null)
            options.Observers.Add(log);
        var router = new Router(options);
        foreach (var provider in providers)
            router.AddProvider(provider, new ProviderOptions { MaxConcurrency = 1 });
        return router;
    }

    /// <summary>A ranking that notes when it is closed, even after its last candidate.</summary>
    private sealed class Closing(IReadOnlyList<Candidate> candidates, Action onClose) : IEnumerable<Candidate>, IEnumerator<Candidate>
    {
        private int _index = -1;

        public Candidate Current => candidates[_index];

        object System.Collections.IEnumerator.Current => Current;

        public IEnumerator<Candidate> GetEnumerator() => this;

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => this;

        public bool MoveNext() => ++_index < candidates.Count;

        public void Reset() => _index = -1;

        public void Dispose() => onClose();
    }
}
