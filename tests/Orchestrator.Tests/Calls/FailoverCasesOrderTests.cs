using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Failover as users of Microsoft.Extensions.AI know it: order and state.</summary>
public class FailoverCasesOrderTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task Providers_are_tried_in_the_given_order_each_once(bool streamed)
    {
        await using var router = InOrder(
            new() { Observers = { _log } },
            FakeProvider.Failing("a", LlmErrorKind.ServerError),
            FakeProvider.Failing("b", LlmErrorKind.Unavailable),
            FakeProvider.Failing("c", LlmErrorKind.Authentication),
            FakeProvider.Answering("d", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Select(a => a.Provider.Name).Should().Equal("a", "b", "c", "d");
        _log.Attempts.Select(a => a.Number).Should().Equal(1, 2, 3, 4);
        _log.Attempts.Select(a => a.Role)
            .Should().Equal(AttemptRole.First, AttemptRole.Failover, AttemptRole.Failover, AttemptRole.Failover);
        _log.Attempts.Select(a => a.CallId).Distinct().Should().ContainSingle();
    }

    [Theory]
    [BothModes]
    public async Task Exhaustion_keeps_the_last_failure_and_asks_each_once(bool streamed)
    {
        FakeProvider[] all = [FakeProvider.Failing("a", LlmErrorKind.ServerError), FakeProvider.Failing("b", LlmErrorKind.Timeout),
            FakeProvider.Failing("c", LlmErrorKind.RateLimited, 429)];
        await using var router = InOrder(null, all);
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.RateLimited, 429));
        error.InnerException!.Message.Should().Be("c failed on purpose.");
        all.Should().OnlyContain(p => p.Calls == 1);
    }

    [Theory]
    [BothModes]
    public async Task State_belongs_to_one_call_so_concurrent_calls_do_not_disturb_each_other(bool streamed)
    {
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();
        var number = -1;
        // Every call fails over from a to b, and they do so in the opposite order of their start.
        var a = new FakeProvider("a", (_, _) => FailLaterAsync(gates[Interlocked.Increment(ref number)].Task));
        await using var router = InOrder(new() { Observers = { _log } }, a, FakeProvider.Answering("b", "ok"));
        var calls = gates.Select(_ => router.AskAsync(streamed)).ToArray();
        await UntilAsync(() => a.Calls == 3);
        foreach (var gate in gates.Reverse())
            gate.SetResult();
        (await Task.WhenAll(calls)).Should().OnlyContain(t => t == "ok");

        _log.Attempts.Should().HaveCount(6);
        foreach (var call in _log.Attempts.GroupBy(x => x.CallId))
            call.Select(x => (x.Provider.Name, x.Number)).Should().Equal(("a", 1), ("b", 2));
    }

    [Theory]
    [BothModes]
    public async Task A_failure_seen_in_one_attempt_influences_the_choice_of_the_next(bool streamed)
    {
        // On purpose: not the strategy but the kind of the failure chooses.
        // A prompt too long for 8,000 tokens skips every window known to be no larger.
        var tooSmall = new FakeProvider("same", (_, _) => Some.Answer("never asked"))
        {
            Info = new("same", "mock", "m") { ContextWindow = 8_000 }
        };
        var larger = new FakeProvider("larger", (_, _) => Some.Answer("ok"))
        {
            Info = new("larger", "mock", "m") { ContextWindow = 32_000 }
        };
        var first = new FakeProvider("first", (_, _) => Some.Failure(new LlmException(LlmErrorKind.ContextLengthExceeded, "too long")))
        {
            Info = new("first", "mock", "m") { ContextWindow = 8_000 },
        };
        await using var router = InOrder(null, first, tooSmall, larger);
        (await router.AskAsync(streamed)).Should().Be("ok");
        tooSmall.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task The_list_of_providers_is_taken_once_per_call(bool streamed)
    {
        await using var router = InOrder(null);
        var late = FakeProvider.Answering("late", "never asked");
        var b = FakeProvider.Failing("b", LlmErrorKind.ServerError);
        var a = new FakeProvider("a", (_, _) =>
        {
            router.AddProvider(late);
            throw new LlmException(LlmErrorKind.ServerError, "a failed on purpose.");
        });
        router.AddProvider(a).AddProvider(b);
        (await router.FailAsync<AllProvidersFailedException>(streamed)).Attempts.Select(x => x.Provider.Name).Should().Equal("a", "b");
        late.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_provider_removed_during_a_call_is_not_tried_any_more(bool streamed)
    {
        // On purpose: the list is taken once, but a provider that was removed may be disposed already, so no new attempt starts there.
        await using var router = InOrder(null);
        var b = FakeProvider.Answering("b", "never asked");
        var a = new FakeProvider("a", (_, _) =>
        {
            router.RemoveProvider("b").Should().BeTrue();
            throw new LlmException(LlmErrorKind.ServerError, "a failed on purpose.");
        });
        router.AddProvider(a).AddProvider(b).AddProvider(FakeProvider.Answering("c", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        await UntilAsync(() => b.Disposals == 1);
        b.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Nested_routers_give_the_leaf_s_response()
    {
        var leaf = new ChatResponse(new ChatMessage(ChatRole.Assistant, "leaf"))
        {
            FinishReason = ChatFinishReason.Stop,
            ModelId = "m",
            Usage = new() { InputTokenCount = 3, OutputTokenCount = 1, TotalTokenCount = 4 }
        };
        var inner = InOrder(null, FakeProvider.Failing("broken", LlmErrorKind.ServerError),
            new ChatClientProvider("leaf", new FakeChatClient { Response = leaf }));
        await using var outer =
            InOrder(null, FakeProvider.Failing("down", LlmErrorKind.Unavailable), new ChatClientProvider("inner", inner));
        (await ((IChatClient)outer).GetResponseAsync(Hello)).Should().BeSameAs(leaf);
    }

    [Fact]
    public async Task Nested_routers_stream_the_leaf_s_updates_and_the_last_route_is_the_outer_s()
    {
        var word = Some.Word("leaf");
        var inner = InOrder(null, FakeProvider.Failing("broken", LlmErrorKind.ServerError),
            new FakeProvider("leaf", (_, _) => Some.Updates(word, Some.Finish(), Some.Usage(3, 1))));
        await using var outer = InOrder(null, new ChatClientProvider("inner", inner));
        var updates = await ((IChatClient)outer).GetStreamingResponseAsync(Hello).ToListAsync();
        updates[0].Should().BeSameAs(word);
        updates[^1].GetRoute()!.Provider.Name.Should().Be("inner");
        updates[^1].GetRoute()!.Usage.Should().Be(new TokenUsage(3, 1) { Source = UsageSource.Provider });
        updates.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle("usage is not told twice");
    }

    [Theory]
    [BothModes]
    public async Task A_nested_router_that_is_exhausted_is_one_failed_attempt_of_the_outer_one(bool streamed)
    {
        var inner = InOrder(
            null, FakeProvider.Failing("x", LlmErrorKind.ServerError), FakeProvider.Failing("y", LlmErrorKind.Unavailable, 503));
        await using var outer = InOrder(
            new() { Observers = { _log } },
            new ChatClientProvider("inner", inner),
            FakeProvider.Answering("b", "ok"));
        (await outer.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Should().HaveCount(2);
        _log.Attempts[0].Error.Should().BeOfType<AllProvidersFailedException>().Which.Attempts.Should().HaveCount(2);
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.Unavailable);
    }

    [Fact]
    public async Task Each_provider_is_disposed_once_or_not_at_all_when_left_open()
    {
        var (mine, yours) = (FakeProvider.Answering("mine", "ok"), FakeProvider.Answering("yours", "ok"));
        var router = new Router().AddProvider(mine).AddProvider(yours, leaveOpen: true);
        await router.AskAsync(streamed: false);
        await router.DisposeAsync();
        await router.DisposeAsync();
        router.Dispose();
        (mine.Disposals, yours.Disposals).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_provider_whose_disposal_throws_does_not_keep_the_others_open()
    {
        var client = new FakeChatClient();
        var b = FakeProvider.Answering("b", "ok");
        var router = new Router()
            .AddProvider(new SyncProvider("throws", () => throw new InvalidOperationException("disposal failed on purpose")))
            .AddProvider(new ChatClientProvider("client", client)).AddProvider(b);
        await router.DisposeAsync();
        client.DisposedAsync.Should().Be(1);
        b.Disposals.Should().Be(1);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> FailLaterAsync(Task gate)
    {
        await gate;
        if (gate.IsCompleted)
            throw new LlmException(LlmErrorKind.ServerError, "failed on purpose.");
        yield break;
    }
}
