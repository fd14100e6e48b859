using Orchestrator.Tests.Health;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What health probes mean for the order of first-available.</summary>
public class ProbedRoutingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly VirtualClock _time = new();
    private readonly ProbedProvider _a = Probed("a");
    private readonly ProbedProvider _b = Probed("b");

    [Theory]
    [InlineData(true, true, "a")]
    [InlineData(true, false, "a")]
    [InlineData(false, true, "b")]
    [InlineData(false, false, "a")]
    public async Task The_first_call_asks_all_probes_at_once_and_waits_for_every_answer_later_ones_have_them(
        bool a, bool b, string expected)
    {
        await using var router = InOrder(null, _time, null, _a, _b);
        // On another thread: a probe must not hold up the call that asks.
        var first = await Task.Factory.StartNew(() => router.AskAsync(streamed: false), default, default, TaskScheduler.Default)
            .WaitAsync(Patience);
        await _a.Asked(1);
        await _b.Asked(1);
        first.IsCompleted.Should().BeFalse();
        _a.Answer(a);
        _b.Answer(b);
        (await first.WaitAsync(Patience)).Should().Be(expected);
        (await router.AskAsync(streamed: true).WaitAsync(Patience)).Should().Be(expected);
        (_a.Probes, _b.Probes).Should().Be((1, 1));
        router.Explain(new LlmRequest("hello")).Candidates.Should().OnlyContain(c => c.IsReachable == (c.Provider == "a" ? a : b));
    }

    [Fact]
    public async Task A_provider_that_is_not_probed_is_said_to_be_reachable()
    {
        await using var router = new Router(RoutingStrategy.RoundRobin).AddProvider(_a);
        router.Explain(new LlmRequest("hello")).Candidates.Single().IsReachable.Should().BeTrue();
        _a.Probes.Should().Be(0);
    }

    [Fact]
    public async Task A_provider_kept_by_a_replacement_keeps_its_answer_and_one_that_comes_back_is_asked_anew()
    {
        await using var router = InOrder(null, _time, null, _a);
        var first = router.AskAsync(streamed: false);
        await _a.Asked(1);
        _a.Answer(true);
        await first.WaitAsync(Patience);

        router.ReplaceProviders([new(_a)]);
        await router.AskAsync(streamed: false).WaitAsync(Patience);
        _a.Probes.Should().Be(1);

        router.RemoveProvider("a");
        router.AddProvider(_a);
        var again = router.AskAsync(streamed: false);
        await _a.Asked(2);
        _a.Answer(true);
        (await again.WaitAsync(Patience)).Should().Be("a");
    }

    [Fact]
    public async Task A_probe_that_a_call_begins_of_a_provider_just_removed_is_cancelled()
    {
        await using var router = InOrder(null, _time, null, _a, _b);
        // The timer of the first probe is made before the second provider is asked about.
        _time.OnTimer = () => router.RemoveProvider("b");
        var call = router.AskAsync(streamed: false);
        await _a.Asked(1);
        _a.Answer(true);
        (await call.WaitAsync(Patience)).Should().Be("a");
        await _b.Asked(1);
        await UntilAsync(() => _b.Cancelled == 1);
    }

    private static ProbedProvider Probed(string name) => new() { Info = new(name, "test", "m") };
}
