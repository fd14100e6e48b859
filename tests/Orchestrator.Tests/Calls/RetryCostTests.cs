using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>What a call takes out of the retry budget, and what it puts back.</summary>
public class RetryCostTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(5, 3)]
    public async Task Beyond_the_first_each_ejected_provider_is_paid_for(int budget, int attempts)
    {
        await using var router = InOrder(WithBudget(budget), _clock, null, Down("a"), Down("b"), Down("c"));
        await EjectAsync(router, "a", "b", "c");
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Should().HaveCount(attempts);
    }

    [Fact]
    public async Task What_was_paid_for_an_ejected_provider_that_is_gone_pays_for_the_next()
    {
        Router router = null!;
        var gone = false;
        var a = new FakeProvider("a", (_, _) =>
        {
            if (gone)
                router.RemoveProvider("b");
            return Some.Failure(Error(LlmErrorKind.ServerError));
        });
        router = InOrder(WithBudget(1), _clock, null, a, Down("b"), Down("c"));
        await EjectAsync(router, "a", "b", "c");
        gone = true;
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Select(t => t.Provider.Name)
            .Should().Equal("a", "c");
        await router.DisposeAsync();
    }

    [Fact]
    public async Task What_was_paid_for_a_retry_at_a_provider_that_is_gone_pays_for_another()
    {
        var wait = TimeSpan.FromMilliseconds(250);
        var b = new Script("b", _clock, Error(LlmErrorKind.ServerError), null);
        var retry = new RetryOptions { BudgetShare = 0, BudgetPerSecond = 1, MinDelay = wait, MaxDelay = wait };
        await using var router = InOrder(new() { Retry = retry }, _clock, null, Down("a"), b);
        var call = router.RouteAsync("hello");
        await UntilAsync(() => _clock.Waiting == 1);
        router.RemoveProvider("a").Should().BeTrue();
        (await _clock.RunAsync(call)).Attempts.Select(t => (t.Provider.Name, t.Role)).Should()
            .Equal(("a", AttemptRole.First), ("b", AttemptRole.Failover), ("b", AttemptRole.Retry));
    }

    [Theory]
    [BothModes]
    public async Task Where_no_provider_is_to_be_asked_twice_no_limit_is_waited_for_either(bool streamed)
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(1)), null);
        await using var router = InOrder(new() { Retry = new() { MaxRetriesPerProvider = 0 } }, _clock, null, a);
        await FluentActions.Awaiting(() => _clock.RunAsync(router.RunAsync(streamed))).Should().ThrowAsync<AllProvidersFailedException>();
        (a.Calls, _clock.Elapsed).Should().Be((1, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_call_s_own_share_pays_for_its_retry()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.ServerError), null);
        await using var router = InOrder(new() { Retry = new() { BudgetShare = 1, BudgetPerSecond = 0 } }, _clock, null, a);
        await _clock.RunAsync(router.RouteAsync("hello"));
        a.Calls.Should().Be(2);
    }

    [Fact]
    public async Task A_call_s_own_share_pays_for_an_ejected_provider()
    {
        var options = WithBudget(0);
        // Two calls eject them, and the third has what makes the share a whole one.
        options.Retry = options.Retry with { BudgetShare = 0.34 };
        await using var router = InOrder(options, _clock, null, Down("a"), Down("b"));
        await EjectAsync(router, "a", "b");
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Should().HaveCount(2);
    }

    private static FakeProvider Down(string name) => FakeProvider.Failing(name, LlmErrorKind.ServerError);

    private static RouterOptions WithBudget(int perSecond) => new()
    {
        Health = new() { ConsecutiveFailures = 1 },
        Retry = new() { MaxRetriesPerProvider = 0, BudgetShare = 0, BudgetPerSecond = perSecond },
    };

    private static async Task EjectAsync(Router router, params string[] names)
    {
        foreach (var name in names)
            await router.FailAsync<AllProvidersFailedException>(streamed: false, new ChatOptions { ModelId = name });
    }
}
