using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>What a call would do, explained without making one.</summary>
public class ExplainTests
{
    private const string Prompt = "zebra-crossing-prompt";
    private readonly VirtualClock _clock = new();

    [Fact]
    public async Task Candidates_come_in_the_order_they_would_be_asked_and_none_is_called()
    {
        var (a, b, c) = (new Script("a", _clock), new Script("b", _clock), new Script("c", _clock));
        await using var router = InOrder(null, _clock, null, a, b, c);
        var told = router.Explain(new LlmRequest(Prompt));
        told.Strategy.Should().Be("first-available");
        told.Candidates.Select(x => x.Provider).Should().Equal("a", "b", "c");
        told.Candidates.Should().OnlyContain(x => x.Availability == ProviderAvailability.Available && x.Health == ProviderHealth.Healthy);
        told.Excluded.Should().BeEmpty();
        told.Problem.Should().BeNull();
        (a.Calls + b.Calls + c.Calls).Should().Be(0);
    }

    [Fact]
    public async Task It_says_what_the_next_call_does_and_does_not_count_as_one()
    {
        await using var router = new Router(new RouterOptions(), null, _clock);
        foreach (var name in new[] { "a", "b", "c" })
            router.AddProvider(new Script(name, _clock));
        for (var i = 0; i < 7; i++)
        {
            var told = router.Explain(new LlmRequest(Prompt)).Candidates[0].Provider;
            router.Explain(new LlmRequest(Prompt)).Candidates[0].Provider.Should().Be(told);
            (await router.RouteAsync(Prompt)).Text.Should().Be(told);
        }
    }

    [Fact]
    public async Task Every_reason_to_be_left_out_is_named()
    {
        var busy = new TaskCompletionSource();
        var limited = new Script("limited", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30)));
        var locked = new Script("locked", _clock, Error(LlmErrorKind.Authentication));
        var ejected = new Script("ejected", _clock, Error(LlmErrorKind.ServerError));
        var full = new FakeProvider("full", (_, _) => Wait(busy.Task)) { Info = new("full", "mock", "m") { MaxConcurrency = 1 } };
        var plain = new FakeProvider("plain", (_, _) => Some.Answer("ok"))
        {
            Info = new("plain", "mock", "m") { Capabilities = ProviderCapabilities.None }
        };
        var good = FakeProvider.Answering("good", "ok");
        var health = new HealthOptions { FirstExclusionTime = TimeSpan.FromMinutes(5) };
        await using var router = InOrder(
            new() { Retry = RetryOptions.None, Health = health }, _clock, null, limited, locked, ejected, full, plain, good);
        foreach (var name in new[] { "limited", "locked", "ejected", "ejected", "ejected" })
            await FluentActions.Awaiting(() => router.RouteAsync(Prompt, new() { ModelId = name })).Should().ThrowAsync<LlmException>();
        var holding = router.RouteAsync(Prompt, new() { ModelId = "full" });

        var told = router.Explain(new LlmRequest(Prompt) { Options = new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] } });
        told.Candidates.Select(c => (c.Provider, c.Availability))
            .Should().Equal(("good", ProviderAvailability.Available), ("ejected", ProviderAvailability.Ejected));
        told.Excluded.Should().BeEquivalentTo([
            new { Provider = "limited", Reason = ExclusionReason.RetryAfter, EndsIn = (TimeSpan?)TimeSpan.FromSeconds(30) },
            new { Provider = "locked", Reason = ExclusionReason.Authentication, EndsIn = (TimeSpan?)TimeSpan.FromMinutes(5) },
            new { Provider = "full", Reason = ExclusionReason.AtCapacity, EndsIn = (TimeSpan?)null },
            new { Provider = "plain", Reason = ExclusionReason.MissingCapability, EndsIn = (TimeSpan?)null },
        ]);
        told.Excluded.Single(e => e.Provider == "plain").Detail.Should().Be("lacks Tools");

        _clock.Advance(TimeSpan.FromSeconds(6.1));
        router.Explain(new LlmRequest(Prompt)).Candidates[0]
            .Should().Match<ExplainedCandidate>(c => c.Provider == "ejected" && c.Availability == ProviderAvailability.Trial);

        var one = router.Explain(new LlmRequest(Prompt) { Options = new() { ModelId = "full" } });
        one.Candidates.Single().Availability.Should().Be(ProviderAvailability.AtCapacity, "without another provider, it is waited for");
        one.Excluded.Should().HaveCount(5).And.OnlyContain(e => e.Reason == ExclusionReason.NotSelected);
        busy.SetResult();
        await holding;

        static async IAsyncEnumerable<ChatResponseUpdate> Wait(Task task)
        {
            await task;
            yield return Some.Word("ok");
            yield return Some.Finish();
        }
    }

    [Fact]
    public async Task An_exclusion_ends_by_its_own_time_though_the_provider_is_ejected_for_longer()
    {
        var fails = Error(LlmErrorKind.ServerError);
        var a = new Script("a", _clock, fails, fails, fails, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(1)), null);
        await using var router = InOrder(null, _clock, null, a);
        for (var i = 0; i < 4; i++)
            await router.FailAsync<AllProvidersFailedException>(streamed: false);

        // Ejected for 4 to 6 s and left out for 1 s: after that one a call is free to ask it.
        router.Explain(new LlmRequest(Prompt)).Excluded.Single().EndsIn.Should().Be(TimeSpan.FromSeconds(1));
        (await router.FailAsync<LlmException>(streamed: false)).RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
        router.GetMetrics()["a"].AvailableIn.Should().BeGreaterThan(TimeSpan.FromSeconds(3));
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        (await router.RouteAsync(Prompt)).Text.Should().Be("a");
    }

    [Fact]
    public async Task A_provider_that_the_strategy_leaves_out_is_reported_too()
    {
        await using var router = new Router(new RouterOptions { CustomStrategy = new OnlyFirst() }, null, _clock);
        router.AddProvider(new Script("a", _clock)).AddProvider(new Script("b", _clock));
        var told = router.Explain(new LlmRequest(Prompt));
        (told.Strategy, told.Candidates.Single().Provider).Should().Be((nameof(OnlyFirst), "a"));
        told.Excluded.Single().Should().Match<ExplainedExclusion>(e => e.Provider == "b" && e.Reason == ExclusionReason.NotRanked);
    }

    [Fact]
    public async Task A_request_that_no_provider_can_serve_is_a_problem_and_no_exception()
    {
        await using var empty = new Router();
        empty.Explain(new LlmRequest(Prompt)).Problem.Should().Contain("AddProvider");

        var a = new Script("a", _clock, Error(LlmErrorKind.Permission));
        await using var router = InOrder(null, _clock, null, a);
        router.Explain(new LlmRequest(Prompt) { Options = new() { ModelId = "nobody" } }).Problem
            .Should().Contain("nobody").And.Contain("a-model");
        await router.FailAsync<LlmException>(streamed: false);
        router.Explain(new LlmRequest(Prompt)).Problem.Should().Contain("a: Permission");
    }

    [Fact]
    public async Task It_is_json_with_names_for_numbers_and_no_prompt()
    {
        var a = new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30)));
        await using var router = InOrder(null, _clock, null, a, new MockProvider("m"));
        await router.RouteAsync(Prompt);
        var json = JsonSerializer.Serialize(router.Explain(new LlmRequest(Prompt)));
        json.Should().Contain("\"Reason\":\"RetryAfter\"").And.Contain("\"Availability\":\"Available\"")
            .And.Contain("\"Health\":\"Healthy\"").And.NotContain(Prompt);
        JsonSerializer.Deserialize<RouteExplanation>(json)!.Excluded.Single().EndsIn.Should().Be(TimeSpan.FromSeconds(30));
    }

    private sealed class OnlyFirst : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => candidates.Take(1);
    }
}
