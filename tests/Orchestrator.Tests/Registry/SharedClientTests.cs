using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Registry;

/// <summary>One client under two providers, one provider listed twice: disposed when the last that uses it has gone, and once.</summary>
#pragma warning disable CA1001 // The tests dispose it through routers, and count that.
public class SharedClientTests
#pragma warning restore CA1001
{
    private readonly Client _client = new();

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public async Task A_client_of_two_providers_is_disposed_when_the_last_of_them_is_removed(string first, string second)
    {
        await using var router = InOrder(null, New("a"), New("b"));
        router.RemoveProvider(first);
        (await router.AskAsync(streamed: true)).Should().Be("ok");
        await QuietAsync();
        _client.Disposals.Should().Be(0);
        router.RemoveProvider(second);
        await UntilAsync(() => _client.Disposals == 1);
    }

    [Fact]
    public async Task A_client_of_two_providers_is_disposed_once_with_the_router()
    {
        var router = InOrder(null, New("a"), New("b"), New("c"));
        await router.DisposeAsync();
        await QuietAsync();
        _client.Disposals.Should().Be(1);
    }

    [Fact]
    public async Task A_client_stays_while_a_replacement_keeps_one_of_its_providers_or_brings_a_new_one()
    {
        var (a, b) = (New("a"), New("b"));
        await using var router = InOrder(null, a, b);
        router.ReplaceProviders([new(b)]);
        router.ReplaceProviders([new(New("c"))]);
        await QuietAsync();
        (_client.Disposals, await router.AskAsync(streamed: false)).Should().Be((0, "ok"));
        router.ReplaceProviders([]);
        await UntilAsync(() => _client.Disposals == 1);
    }

    [Theory]
    [BothModes]
    public async Task A_client_stays_while_a_call_of_a_removed_provider_runs_on_it(bool streamed)
    {
        await using var router = InOrder(null, New("a"), New("b"));
        _client.Gate = new TaskCompletionSource();
        var call = router.AskAsync(streamed);
        router.RemoveProvider("a");
        router.RemoveProvider("b");
        await QuietAsync();
        _client.Disposals.Should().Be(0);
        _client.Gate.SetResult();
        (await call.WaitAsync(Patience)).Should().Be("ok");
        await UntilAsync(() => _client.Disposals == 1);
    }

    [Theory]
    [BothModes]
    public async Task A_provider_removed_and_added_again_while_a_call_runs_is_not_disposed_when_that_ends(bool streamed)
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, _) => AfterAsync(gate.Task));
        await using var router = InOrder(null, a);
        var call = router.AskAsync(streamed);
        router.RemoveProvider("a");
        router.AddProvider(a);
        gate.SetResult();
        (await call.WaitAsync(Patience)).Should().Be("ok");
        await QuietAsync();
        (a.Disposals, await router.AskAsync(streamed)).Should().Be((0, "ok"));
        router.RemoveProvider("a");
        await UntilAsync(() => a.Disposals == 1);
    }

    [Fact]
    public async Task One_provider_object_under_two_names_is_disposed_once_when_both_are_gone()
    {
        var two = new TwoNames();
        await using var router = InOrder(null, two, two);
        router.Providers.Select(p => p.Name).Should().Equal("1", "2");
        router.RemoveProvider("1");
        await QuietAsync();
        two.Disposals.Should().Be(0);
        router.RemoveProvider("2");
        await UntilAsync(() => two.Disposals == 1);
    }

    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 1)]
    [InlineData(false, false, 1)]
    public async Task A_client_is_disposed_if_one_of_its_providers_was_the_router_s(bool firstOpen, bool secondOpen, int disposals)
    {
        var router = new Router().AddProvider(New("a"), leaveOpen: firstOpen).AddProvider(New("b"), leaveOpen: secondOpen);
        router.RemoveProvider("b");
        await QuietAsync();
        _client.Disposals.Should().Be(0);
        await router.DisposeAsync();
        await QuietAsync();
        _client.Disposals.Should().Be(disposals);
    }

    [Fact]
    public async Task A_client_shared_with_another_router_is_left_open_there()
    {
        await using var other = new Router().AddProvider(New("a"));
        var router = new Router().AddProvider(New("a"), leaveOpen: true);
        await router.DisposeAsync();
        await QuietAsync();
        (await other.AskAsync(streamed: false)).Should().Be("ok");
    }

    private static Task QuietAsync() => Task.Delay(50);

    private static async IAsyncEnumerable<ChatResponseUpdate> AfterAsync(Task gate)
    {
        await gate;
        yield return Some.Word("ok");
        yield return Some.Finish();
    }

    private ChatClientProvider New(string name) => new(name, _client);

    private sealed class TwoNames : ILlmProvider, IAsyncDisposable
    {
        private int _asked, _disposals;

        public ProviderInfo Info => new($"{++_asked}", "mock", "m");

        public int Disposals => Volatile.Read(ref _disposals);

        public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
            Some.Answer("ok");

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref _disposals);
            return default;
        }
    }

    private sealed class Client : IChatClient
    {
        private int _disposals;

        public TaskCompletionSource? Gate { get; set; }

        public int Disposals => Volatile.Read(ref _disposals);

        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await (Gate?.Task ?? Task.CompletedTask);
            ObjectDisposedException.ThrowIf(Disposals > 0, this);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok")) { FinishReason = ChatFinishReason.Stop };
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await (Gate?.Task ?? Task.CompletedTask);
            ObjectDisposedException.ThrowIf(Disposals > 0, this);
            yield return Some.Word("ok");
            yield return Some.Finish();
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }
}
