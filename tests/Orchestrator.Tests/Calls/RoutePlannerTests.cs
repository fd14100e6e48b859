using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>What calls and explanations see of plans: their order, their time, and the error when no provider is left.</summary>
public class RoutePlannerTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_every_provider_left_out_a_call_is_to_come_back_when_the_first_does(bool shorterFirst)
    {
        var (a, b) = (Limited("a", shorterFirst ? 10 : 30), Limited("b", shorterFirst ? 30 : 10));
        await using var router = InOrder(null, _clock, null, a, b);
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        (await router.FailAsync<LlmException>(streamed: false)).RetryAfter.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Of_the_ejected_the_one_with_the_fewer_errors_is_asked_first_and_all_are_left_to_ask()
    {
        var fails = Error(LlmErrorKind.ServerError);
        var (a, b, c) = (new Script("a", _clock, fails), new Script("b", _clock, null, null, fails), new Script("c", _clock, fails));
        await using var router = InOrder(null, _clock, null, a, b, c);
        foreach (var (name, times) in new[] { ("b", 2), ("a", 3), ("b", 3), ("c", 3) })
        {
            for (var i = 0; i < times; i++)
                await TryAsync(router, name);
        }

        router.Explain(new LlmRequest("hello")).Candidates.Select(x => (x.Provider, x.Availability)).Should().Equal(
            ("b", ProviderAvailability.Ejected), ("a", ProviderAvailability.Ejected), ("c", ProviderAvailability.Ejected));
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Single().Provider.Name.Should().Be("b");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_an_exclusion_is_logged_by_the_call_that_sees_it_first_though_another_is_asked(bool explained)
    {
        var logs = new Logs();
        await using var router = InOrder(null, _clock, logs, new Script("a", _clock), Limited("b", 30));
        await TryAsync(router, "b");
        _clock.Advance(TimeSpan.FromSeconds(31));
        if (explained)
            router.Explain(new LlmRequest("hello"));
        else
            (await router.AskAsync(streamed: false)).Should().Be("a");
        logs.Named("llm_provider_available").Should().ContainSingle().Which.Message.Should().Contain("b");
    }

    [Theory]
    [BothModes]
    public async Task After_a_list_was_replaced_no_provider_is_asked_again_under_the_same_name(bool streamed)
    {
        Router router = null!;
        var (newA, newB) = (FakeProvider.Answering("a", "new a"), FakeProvider.Answering("b", "new b"));
        var a = new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([new(newA), new(newB)]);
            return Some.Failure(Error(LlmErrorKind.ServerError));
        });
        var b = FakeProvider.Answering("b", "old b");
        router = InOrder(null, _clock, null, a, b);
        (await router.AskAsync(streamed)).Should().Be("new b");
        (newA.Calls, b.Calls).Should().Be((0, 0));
        await router.DisposeAsync();
    }

    [Fact]
    public async Task A_plan_made_anew_goes_by_the_time_it_is_then()
    {
        Router router = null!;
        var c = new Script("c", _clock, Error(LlmErrorKind.ServerError), null);
        var a = new FakeProvider("a", (_, _) =>
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            router.ReplaceProviders([new(FakeProvider.Answering("b", "b")), new(c)]);
            return Some.Failure(Error(LlmErrorKind.ServerError));
        });
        router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 } }, _clock, null, a, FakeProvider.Answering("b", "b"), c);
        await TryAsync(router, "c");
        var answer = await router.RouteAsync("hello");
        answer.Attempts.Select(x => (x.Provider.Name, x.Role))
            .Should().Equal([("a", AttemptRole.First), ("c", AttemptRole.Trial)], "its cool-down is over by now");
        await router.DisposeAsync();
    }

    [Fact]
    public async Task Where_only_a_choice_is_missing_no_provider_lacks_anything()
    {
        await using var router = InOrder(null, new Script("a", _clock), new Script("b", _clock));
        var told = router.Explain(new LlmRequest("hello") { Options = new() { ConversationId = "c1" } });
        told.Problem.Should().Contain("ModelId");
        told.Excluded.Should().HaveCount(2).And.OnlyContain(e => e.Reason == ExclusionReason.NotSelected && e.Detail == null);
    }

    private static async Task TryAsync(Router router, string name)
    {
        try
        {
            await router.RouteAsync("hello", new ChatOptions { ModelId = name });
        }
        catch (LlmException)
        {
            // As its script says.
        }
    }

    private Script Limited(string name, int seconds) => new(name, _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(seconds)));
}
