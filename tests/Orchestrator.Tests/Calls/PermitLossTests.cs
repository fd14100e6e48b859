using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Calls.Turns;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Providers that had no permit when a call was planned, and have another availability when the call would queue.</summary>
public class PermitLossTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly ProviderOptions NoLine = new() { QueueLimit = 0 };
    private readonly TaskCompletionSource _gate = new();

    [Theory]
    [BothModes]
    public async Task Full_providers_that_leave_the_list_before_a_call_is_in_line_lead_to_a_new_plan(bool streamed)
    {
        var strategy = new FirstTimeNone();
        await using var router = Ranked(strategy, FakeProvider.ByTurns("a", Holds(_gate.Task)),
            FakeProvider.ByTurns("b", Holds(_gate.Task)), FakeProvider.ByTurns("c", Answers("c")));
        var holders = new[] { Ask(router, "a"), Ask(router, "b") };
        strategy.Meanwhile = () =>
        {
            router.RemoveProvider("a");
            router.RemoveProvider("b");
        };
        (await Task.Run(() => router.AskAsync(streamed)).WaitAsync(Patience)).Should().Be("c");
        _gate.SetResult();
        await Task.WhenAll(holders);
    }

    [Theory]
    [BothModes]
    public async Task A_permit_that_becomes_free_before_a_call_is_queued_is_taken_at_once(bool streamed)
    {
        var strategy = new FirstTimeNone();
        var other = new TaskCompletionSource();
        await using var router = Ranked(strategy, FakeProvider.ByTurns("a", Holds(_gate.Task), Answers("a")),
            FakeProvider.ByTurns("b", Holds(other.Task)), FakeProvider.ByTurns("c", Answers("c")));
        var (holder, otherHolder) = (Ask(router, "a"), Ask(router, "b"));
        strategy.Meanwhile = () => EndOf(holder);
        (await Task.Run(() => router.AskAsync(streamed)).WaitAsync(Patience)).Should().Be("a");
        router.GetMetrics().Values.Sum(m => m.Queued).Should().Be(0);
        other.SetResult();
        await otherHolder;
    }

    [Fact]
    public async Task A_provider_that_leaves_just_as_a_call_has_its_permit_is_closed_by_that_call_and_not_asked()
    {
        var strategy = new FirstTimeNone();
        var clock = new HandClock();
        var a = FakeProvider.ByTurns("a", Holds(_gate.Task), Answers("never asked"));
        await using var router = Ranked(strategy, clock, a, FakeProvider.ByTurns("c", Answers("c")));
        var holder = Ask(router, "a");
        strategy.Meanwhile = () =>
        {
            EndOf(holder);
            // The next look at the clock is that of the call that has its permit.
            clock.OnLook = () => router.RemoveProvider("a");
        };
        (await Task.Run(() => router.AskAsync(streamed: false)).WaitAsync(Patience)).Should().Be("c");
        a.Prompts.Should().HaveCount(1);
        a.Disposals.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task Where_every_line_is_full_an_ejected_provider_is_asked(bool streamed)
    {
        await using var router = Short();
        router.AddProvider(FakeProvider.ByTurns("a", Holds(_gate.Task)), NoLine).AddProvider(
            FakeProvider.ByTurns("b", Fails(LlmErrorKind.ServerError), Answers("b")), NoLine);
        await FluentActions.Awaiting(() => Ask(router, "b")).Should().ThrowAsync<LlmException>();
        var holder = Ask(router, "a");
        (await Task.Run(() => router.AskAsync(streamed)).WaitAsync(Patience)).Should().Be("b");
        _gate.SetResult();
        await holder;
    }

    [Fact]
    public async Task An_ejected_provider_with_a_full_line_is_named_as_full()
    {
        await using var router = Short();
        router.AddProvider(FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError), Holds(_gate.Task)), NoLine);
        await FluentActions.Awaiting(() => Ask(router, "a")).Should().ThrowAsync<LlmException>();
        var holder = Ask(router, "a");
        var error = await router.FailAsync<LlmException>(streamed: false);
        (error.Kind, error is AllProvidersFailedException).Should().Be((LlmErrorKind.Overloaded, false));
        error.Message.Should().Contain("a has 1 running and 0 waiting");
        _gate.SetResult();
        await holder;
    }

    [Theory]
    [BothModes]
    public async Task Where_only_full_queues_are_left_after_a_failure_the_failure_is_reported(bool streamed)
    {
        await using var router = Short();
        router.AddProvider(FakeProvider.Failing("a", LlmErrorKind.NotSupported)).AddProvider(
            FakeProvider.ByTurns("b", Holds(_gate.Task)), NoLine);
        var holder = Ask(router, "b");
        (await router.FailAsync<AllProvidersFailedException>(streamed)).Attempts.Select(x => x.Provider.Name).Should().Equal("a");
        _gate.SetResult();
        await holder;
    }

    private static Router Short() =>
        new(new RouterOptions
        {
            Strategy = RoutingStrategy.FirstAvailable,
            Retry = RetryOptions.None,
            Health = new() { ConsecutiveFailures = 1 }
        });

    private static Router Ranked(IRoutingStrategy strategy, params FakeProvider[] providers) =>
        Ranked(strategy, new HandClock(), providers);

    private static Router Ranked(IRoutingStrategy strategy, HandClock clock, params FakeProvider[] providers)
    {
        var router = new Router(new RouterOptions { CustomStrategy = strategy, Retry = RetryOptions.None }, null, clock);
        foreach (var provider in providers)
            router.AddProvider(provider);
        return router;
    }

    private static Task<LlmResponse> Ask(Router router, string name) => router.RouteAsync("hello", new ChatOptions { ModelId = name });

    private void EndOf(Task holder)
    {
        _gate.SetResult();
        SpinWait.SpinUntil(() => holder.IsCompleted, Patience).Should().BeTrue();
    }

    /// <summary>Leaves out everybody once, while something happens; ranks everybody from then on.</summary>
    private sealed class FirstTimeNone : IRoutingStrategy
    {
        private Action? _meanwhile;

        public Action Meanwhile
        {
            set => _meanwhile = value;
        }

        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
        {
            if (Interlocked.Exchange(ref _meanwhile, null) is { } act)
            {
                act();
                yield break;
            }

            foreach (var candidate in candidates)
                yield return candidate;
        }
    }
}
