using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Calls.Turns;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>First come, first served, whatever happens to the providers meanwhile.</summary>
public class LineOrderTests
{
    private static readonly RouterOptions OneFailureEjects =
        new() { Health = new() { ConsecutiveFailures = 1 }, Timeouts = new() { Call = Timeout.InfiniteTimeSpan } };

    private readonly VirtualClock _clock = new();
    private readonly Held _b = new("b", 1);

    [Theory]
    [BothModes]
    public async Task Forty_calls_beside_a_provider_that_comes_and_goes_are_served_in_the_order_they_came(bool streamed)
    {
        var a = FakeProvider.Failing("a", LlmErrorKind.ServerError);
        await using var router = InOrder(OneFailureEjects, _clock, null, a, _b);
        _b.Release();
        await router.AskAsync(streamed, messages: Say("ejects"));
        var calls = await ComeAsync(router, streamed, 40);
        for (var i = 0; i < 40; i++)
        {
            // Every second call is served while the first in line makes the trial of the other provider, which fails.
            if (i % 2 == 0)
            {
                var asked = a.Calls;
                _clock.Advance(TimeSpan.FromSeconds(16));
                await UntilAsync(() => i == 39 || (a.Calls == asked + 1 && router.GetMetrics()["a"].InFlight == 0));
                await UntilAsync(() => _b.Running == 1 && router.GetMetrics()["b"].Queued == 39 - i);
            }

            _b.Release();
            await UntilAsync(() => _b.Done == i + 2);
        }

        await Task.WhenAll(calls).WaitAsync(Patience);
        OutOfOrder([.. _b.Prompts.Skip(1).Select(int.Parse)]).Should().Be(0, "of 780 pairs: {0}", string.Join(" ", _b.Prompts));
    }

    [Theory]
    [BothModes]
    public async Task When_a_provider_comes_back_those_that_wait_elsewhere_are_served_before_newcomers(bool streamed)
    {
        var gate = new TaskCompletionSource();
        var a = FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError), Holds(gate.Task), Answers("a"));
        await using var router = InOrder(OneFailureEjects, _clock, null, a, _b);
        _b.Release();
        await router.AskAsync(streamed, messages: Say("ejects"));
        var calls = await ComeAsync(router, streamed, 4);
        _clock.Advance(TimeSpan.FromSeconds(16));
        // At once, before any that waits can have looked.
        var newcomer = router.AskAsync(streamed, messages: Say("newcomer"));
        await UntilAsync(() => a.Calls == 2);
        a.Prompts[1].Should().Be("1", "0 runs at b");
        gate.SetResult();
        await UntilAsync(() => a.Calls == 5);
        a.Prompts.Skip(1).Should().Equal("1", "2", "3", "newcomer");
        await newcomer.WaitAsync(Patience);
        _b.Release();
        await Task.WhenAll(calls).WaitAsync(Patience);
    }

    [Theory]
    [BothModes]
    public async Task A_call_whose_permit_comes_too_late_gets_back_to_its_place(bool streamed)
    {
        var clock = new HandClock();
        var a = new Held("a", 1);
        await using var router = InOrder(OneFailureEjects, clock, null, a, _b);
        var calls = new List<Task<string>>();
        for (var i = 0; i < 6; i++)
        {
            calls.Add(router.AskAsync(streamed, messages: Say($"{i}")));
            await UntilAsync(() => a.Running + _b.Running + router.GetMetrics()["b"].Queued == i + 1);
        }

        // Call 2 is granted the permit of a, which leaves the list before the call goes on.
        clock.OnLook = () => clock.OnLook = () => router.RemoveProvider("a");
        a.Release();
        await calls[0].WaitAsync(Patience);
        for (var i = 1; i < 6; i++)
        {
            _b.Release();
            await UntilAsync(() => _b.Done == i || a.Running > 0);
            for (var n = 0; n < a.Running; n++)
                a.Release();
        }

        await Task.WhenAll(calls).WaitAsync(Patience);
        OutOfOrder([.. _b.Prompts.Select(int.Parse)]).Should().Be(0, string.Join(" ", _b.Prompts));
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_waited_and_fails_over_keeps_the_place_of_its_arrival(bool streamed)
    {
        var gate = new TaskCompletionSource();
        var a = FakeProvider.ByTurns("a", Holds(gate.Task), Fails(LlmErrorKind.NotSupported), Holds(new TaskCompletionSource().Task));
        await using var router = InOrder(new(), _clock, null, a, _b);
        using var end = new CancellationTokenSource();
        var holders = new[] { Ask("0"), Ask("0") };
        await UntilAsync(() => a.Calls == 1 && _b.Running == 1);
        var first = Ask("1");
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        var pinned = Enumerable.Range(2, 5).Select(n => Ask($"{n}", "b")).ToList();
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 6);
        gate.SetResult();
        await UntilAsync(() => a.Calls >= 2 && router.GetMetrics()["b"].Queued == 6);
        for (var i = 0; i < 7; i++)
            _b.Release();
        await Task.WhenAll([.. pinned, first, .. holders]).WaitAsync(Patience);
        _b.Prompts.First(p => p != "0").Should().Be("1", "it came before those that wait for b alone");

        Task<string> Ask(string prompt, string? name = null) =>
            router.AskAsync(streamed, new ChatOptions { ModelId = name }, Say(prompt), end.Token);
    }

    [Theory]
    [BothModes]
    public async Task Calls_that_wait_for_a_provider_that_is_ejected_meanwhile_are_served_in_order_all_the_same(bool streamed)
    {
        var gates = Enumerable.Range(0, 2).Select(_ => new TaskCompletionSource()).ToArray();
        var a = FakeProvider.ByTurns("a", Holds(gates[0].Task, LlmErrorKind.ServerError), Holds(gates[1].Task), Answers("a"));
        await using var router = InOrder(OneFailureEjects, _clock, null, a);
        var calls = new List<Task<string>>();
        for (var i = 0; i < 30; i++)
        {
            calls.Add(router.AskAsync(streamed, messages: Say($"{i}")));
            await UntilAsync(() => a.Calls == 1 && router.GetMetrics()["a"].Queued == i);
        }

        gates[0].SetResult();
        await UntilAsync(() => a.Calls == 2);
        router.GetMetrics()["a"].Queued.Should().Be(28);
        gates[1].SetResult();
        await FluentActions.Awaiting(() => calls[0]).Should().ThrowAsync<LlmException>();
        await Task.WhenAll(calls.Skip(1)).WaitAsync(Patience);
        a.Prompts.Should().Equal(Enumerable.Range(0, 30).Select(i => $"{i}"));
        (router.GetMetrics()["a"].InFlight, router.GetMetrics()["a"].Queued).Should().Be((0, 0));
    }

    [Theory]
    [BothModes]
    public async Task A_provider_that_is_added_for_calls_in_line_serves_them_when_they_look(bool streamed)
    {
        var a = FakeProvider.ByTurns("a", Fails(LlmErrorKind.ServerError));
        await using var router = InOrder(OneFailureEjects, _clock, null, a, _b);
        _b.Release();
        await router.AskAsync(streamed, messages: Say("ejects"));
        var calls = await ComeAsync(router, streamed, 2);
        router.AddProvider(FakeProvider.Answering("c", "c"));
        _clock.Advance(TimeSpan.FromSeconds(16));
        (await calls[1].WaitAsync(Patience)).Should().Be("c");
        _b.Release();
        await calls[0].WaitAsync(Patience);
    }

    [Theory]
    [BothModes(0)]
    [BothModes(1)]
    public async Task A_call_that_found_no_room_in_one_line_and_waits_in_another_has_its_turn_in_both(int limit, bool streamed)
    {
        var a = new Held("a", 1);
        await using var router = InOrder(new(), _clock, null);
        router.AddProvider(a, new() { QueueLimit = limit }).AddProvider(_b);
        var calls = new List<Task<string>>();
        for (var i = 0; i < 8; i++)
        {
            calls.Add(router.AskAsync(streamed, messages: Say($"{i}")));
            await UntilAsync(() => a.Running + _b.Running + router.GetMetrics()["b"].Queued == i + 1);
        }

        for (var done = 1; done < 8; done++)
        {
            router.GetMetrics()["a"].Queued.Should().BeLessThanOrEqualTo(limit, "the others take no room there");
            a.Release();
            await UntilAsync(() => a.Done == done && (done == 7 || a.Running == 1));
        }

        a.Prompts.Should().Equal("0", "2", "3", "4", "5", "6", "7");
        _b.Release();
        await Task.WhenAll(calls).WaitAsync(Patience);
        router.GetMetrics().Values.Should().OnlyContain(m => m.InFlight == 0 && m.Queued == 0);
    }

    [Theory]
    [BothModes]
    public async Task A_batch_far_greater_than_the_permits_waits_within_its_limit_instead_of_failing(bool streamed)
    {
        var running = 0;
        var a = new FakeProvider("a", (_, _) => AnswerAsync()) { Info = new("a", "mock", "a-model") { MaxConcurrency = 4 } };
        await using var router = InOrder(null, a);
        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => router.AskAsync(streamed))).WaitAsync(Patience * 2);
        answers.Should().OnlyContain(text => text == "ok");

        async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync()
        {
            Interlocked.Increment(ref running).Should().BeLessThanOrEqualTo(4);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            yield return Some.Word("ok");
            yield return Some.Finish();
        }
    }

    private static ChatMessage[] Say(string text) => [new(ChatRole.User, text)];

    /// <summary>Calls that come one after the other; the first is served at once, the others wait.</summary>
    private async Task<List<Task<string>>> ComeAsync(Router router, bool streamed, int count)
    {
        var calls = new List<Task<string>>();
        for (var i = 0; i < count; i++)
        {
            calls.Add(router.AskAsync(streamed, messages: Say($"{i}")));
            await UntilAsync(() => _b.Running + router.GetMetrics()["b"].Queued == i + 1);
        }

        return calls;
    }

    private static int OutOfOrder(int[] served) =>
        Enumerable.Range(0, served.Length).Sum(i => served.Skip(i + 1).Count(later => later < served[i]));
}
