using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>What meets a call on its way to the one other provider: full lines, ejections, lists, cancellation, streams.</summary>
public partial class OneElsewhereTests
{
    [Theory]
    [BothModes]
    public async Task A_full_provider_elsewhere_is_waited_for(bool streamed)
    {
        var held = new Held("b", 1);
        await using var router = InOrder(null, _clock, null, Of("a", "v1", null, Refusal()), held);
        var holder = router.RouteAsync("holder", new ChatOptions { ModelId = "b" });
        await UntilAsync(() => held.Running == 1);
        var call = router.RunAsync(streamed);
        await UntilAsync(() => router.GetMetrics()["b"].Queued == 1);
        held.Release();
        held.Release();
        (await call.WaitAsync(Patience)).Text.Should().Be("b");
        await holder;
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.0, false)]
    public async Task An_ejected_provider_elsewhere_is_paid_for(double perSecond, bool asked)
    {
        var b = Of("b", "v2", null, Error(LlmErrorKind.ServerError), null);
        var options = new RouterOptions
        {
            Health = new() { ConsecutiveFailures = 1 },
            Retry = new() { MaxRetriesPerProvider = 0, BudgetShare = 0, BudgetPerSecond = perSecond },
        };
        await using var router = InOrder(options, _clock, null, Of("a", "v1", null, Refusal()), b);
        await router.FailAsync<LlmException>(false, new ChatOptions { ModelId = "b" });
        if (asked)
            (await router.AskAsync(false)).Should().Be("b");
        else
            (await router.FailAsync<LlmException>(false)).ProviderName.Should().Be("a");
        b.Calls.Should().Be(asked ? 2 : 1);
    }

    [Theory]
    [BothModes]
    public async Task A_list_that_is_replaced_meanwhile_is_looked_through_for_another(bool streamed)
    {
        await using var router = InOrder(null, _clock, null);
        var (same, b) = (Of("same", "v1", null), Of("b", "v2", null));
        router.AddProvider(new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([new(same), new(b)]);
            return Some.Failure(Refusal());
        })
        { Info = Info("a", "v1", null) }).AddProvider(Of("gone", "v3", null));
        (await router.AskAsync(streamed)).Should().Be("b");
        same.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_list_with_no_other_any_more_ends_the_call_with_the_first_error(bool streamed)
    {
        await using var router = InOrder(null, _clock, null);
        var b = Of("b", "v2", null);
        router.AddProvider(new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([]);
            return Some.Failure(Refusal());
        })
        { Info = Info("a", "v1", null) }).AddProvider(b);
        (await router.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.InvalidRequest);
        b.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_caller_that_cancels_meanwhile_has_cancelled(bool streamed)
    {
        using var source = new CancellationTokenSource();
        var b = new FakeProvider("b", (_, token) => Some.Silence(token)) { Info = Info("b", "v2", null) };
        await using var router = InOrder(null, _clock, null, Of("a", "v1", null, Refusal()), b);
        var call = router.RunAsync(streamed, cancellationToken: source.Token);
        await UntilAsync(() => b.Calls == 1);
        await source.CancelAsync();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [BothModes]
    public async Task A_router_may_be_the_second(bool streamed)
    {
        await using var good = InOrder(null, _clock, null, Of("x", "v1", null, Error(LlmErrorKind.NotSupported)), Of("y", "v1", null));
        await using var bad = InOrder(null, _clock, null, Of("x", "v1", null, Error(LlmErrorKind.NotSupported)));
        var a = Of("a", "v1", null, Refusal());
        await using var router = InOrder(null, _clock, null, a, new ChatClientProvider("inner", good));
        (await router.AskAsync(streamed)).Should().Be("y");
        router.ReplaceProviders([new(a), new(new ChatClientProvider("inner", bad))]);
        var error = await router.FailAsync<LlmException>(streamed);
        (error.ProviderName, error is AllProvidersFailedException).Should().Be(("a", false));
    }

    [Fact]
    public async Task What_the_second_has_handed_out_stays_and_its_own_error_says_that_it_was_cut()
    {
        var b = FakeProvider.CutAfter("b", () => Error(LlmErrorKind.StreamInterrupted), "half");
        var c = Of("c", "v3", null);
        var options = new RouterOptions { MidStream = MidStreamMode.Restart };
        await using var router = InOrder(options, _clock, null, Of("a", "v1", null, Refusal()), b, c);
        var error = await router.FailAsync<LlmException>(streamed: true);
        (error.Kind, error.PartialText).Should().Be((LlmErrorKind.StreamInterrupted, "half"));
        c.Calls.Should().Be(0);
    }

    [Fact]
    public async Task A_stream_that_starts_over_at_one_that_refuses_is_still_the_cut_stream()
    {
        var a = FakeProvider.CutAfter("a", () => Error(LlmErrorKind.StreamInterrupted), "half");
        var (b, c) = (Of("b", "v2", null, Refusal()), Of("c", "v3", null));
        await using var router = InOrder(new() { MidStream = MidStreamMode.Restart }, _clock, null, a, b, c);
        var read = async () =>
        {
            await foreach (var update in router.RouteStreamAsync("hello"))
                _ = update;
        };
        var error = (await read.Should().ThrowAsync<LlmException>()).Which;
        (error.Kind, error.PartialText, b.Calls, c.Calls).Should().Be((LlmErrorKind.StreamInterrupted, "half", 1, 0));
    }

    [Fact]
    public async Task A_committed_answer_that_turns_out_invalid_is_asked_of_no_other()
    {
        var a = FakeProvider.CutAfter("a", Refusal, "half");
        var b = Of("b", "v2", null);
        await using var router = InOrder(null, _clock, null, a, b);
        (await router.FailAsync<LlmException>(streamed: true)).PartialText.Should().Be("half");
        b.Calls.Should().Be(0);
    }
}
