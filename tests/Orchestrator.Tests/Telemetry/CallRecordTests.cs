using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Telemetry;

/// <summary>The record of a call, and the totals of a router.</summary>
public class CallRecordTests
{
    private readonly CallLog _log = new();

    [Theory]
    [BothModes]
    public async Task A_call_is_told_once_after_its_attempts_with_what_they_cost_together(bool streamed)
    {
        await using var router = InOrder(new() { Observers = { _log } });
        var price = new ProviderOptions { Price = new ModelPrice(1000, 2000) };
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Cut([], Script.Error(LlmErrorKind.ServerError))), price);
        router.AddProvider(FakeProvider.Answering("b", "ok"), price);
        var tags = new Dictionary<string, string> { ["tenant"] = "42" };
        var request = new LlmRequest("hello") { Tags = tags };
        if (streamed)
            await foreach (var _ in router.RouteStreamAsync(request)) { }
        else
            await router.RouteAsync(request);

        var call = _log.Calls.Should().ContainSingle().Subject;
        (call.Outcome, call.Streaming, call.Provider!.Name, call.Error).Should().Be((AttemptOutcome.Succeeded, streamed, "b", null));
        call.Attempts.Should().HaveCount(2).And.OnlyContain(a => a.CallId == call.Id);
        call.Cost.Should().Be(call.Attempts.Sum(a => a.Cost));
        call.TotalTokens.Should().Be(call.Attempts.Sum(a => a.Usage.TotalTokens));
        call.Wasted.Should().Be(new Waste(call.Attempts[0].Usage.TotalTokens, call.Attempts[0].Cost!.Value));
        call.Tags.Should().BeEquivalentTo(tags);
        _log.Order.Should().Equal("attempt", "attempt", "call");
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_fails_before_any_attempt_is_told_too(bool streamed)
    {
        await using var router = new Router(new RouterOptions { Observers = { _log } });
        await router.FailAsync<LlmException>(streamed);
        var call = _log.Calls.Should().ContainSingle().Subject;
        (call.Outcome, call.Error!.Kind, call.Attempts.Count, call.Cost)
            .Should().Be((AttemptOutcome.Failed, LlmErrorKind.NoCandidate, 0, null));
    }

    [Fact]
    public async Task A_stream_that_is_left_and_calls_of_a_router_that_is_disposed_are_told_once()
    {
        var calls = 0;
        var router = InOrder(new() { Observers = { _log } }, new FakeProvider(
            "a", (_, token) => Interlocked.Increment(ref calls) == 1 ? Some.Answer("1", "2") : Some.Silence(token)));
        await foreach (var _ in router.RouteStreamAsync("hello"))
            break;
        var (buffered, streamed) = (router.RunAsync(false), router.RunAsync(true));
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 2);
        await router.DisposeAsync();
        foreach (var call in new[] { buffered, streamed })
            await ((Func<Task>)(() => call)).Should().ThrowAsync<Exception>();
        _log.Calls.Select(c => c.Outcome).Should().Equal(AttemptOutcome.Abandoned, AttemptOutcome.Cancelled, AttemptOutcome.Cancelled);
        router.GetTotals().Should().Match<RouterTotals>(t => t.AbandonedCalls == 1 && t.CancelledCalls == 2 && t.TotalCalls == 3);
    }

    [Fact]
    public async Task Waste_is_counted_by_its_cause()
    {
        var options = new RouterOptions { MidStream = MidStreamMode.Restart };
        await using var router = InOrder(options);
        var price = new ProviderOptions { Price = new ModelPrice(1000, 2000) };
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Cut(["half"], Script.Error(LlmErrorKind.StreamInterrupted))), price);
        router.AddProvider(FakeProvider.Answering("b", "ok"), price);
        await router.RunAsync(streamed: true);
        await router.RunAsync(streamed: false);
        await foreach (var update in router.RouteStreamAsync("hello", new() { ModelId = "b" }))
            break;
        var (totals, metrics) = (router.GetTotals(), router.GetMetrics());
        totals.Wasted[WasteCause.Restarted].Cost.Should().BePositive();
        totals.Wasted[WasteCause.Failed].Should().Be(totals.Wasted[WasteCause.Restarted]);
        totals.Wasted[WasteCause.Abandoned].Tokens.Should().BePositive();
        totals.Wasted[WasteCause.Cancelled].Should().Be(default(Waste));
        totals.Cost.Should().Be(metrics.Values.Sum(m => m.TotalCost));
        (totals.Failovers, totals.Retries, totals.TotalAttempts).Should().Be((2, 0, 5));
    }

    [Fact]
    public async Task An_observer_that_throws_changes_neither_the_call_nor_the_next_observer()
    {
        await using var router = InOrder(new() { Observers = { new ThrowingObserver(), _log } }, FakeProvider.Answering("a", "ok"));
        (await router.RouteAsync("hello")).Text.Should().Be("ok");
        _log.Calls.Should().ContainSingle();
    }

    private sealed class ThrowingObserver : IUsageObserver
    {
        public void OnAttempt(LlmAttempt attempt) => throw new InvalidOperationException("on purpose");

        public void OnCall(LlmCall call) => throw new InvalidOperationException("on purpose");
    }

    private sealed class CallLog : IUsageObserver
    {
        public List<LlmCall> Calls { get; } = [];

        public List<string> Order { get; } = [];

        public void OnAttempt(LlmAttempt attempt)
        {
            lock (Order)
                Order.Add("attempt");
        }

        public void OnCall(LlmCall call)
        {
            lock (Order)
            {
                Order.Add("call");
                Calls.Add(call);
            }
        }
    }
}
