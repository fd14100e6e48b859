using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>A call that waits for nothing runs the provider's code on the caller's stack, without an async method between.</summary>
public class CallerContextTests
{
    private static readonly AsyncLocal<string?> Local = new();

    [Theory]
    [BothModes]
    public async Task What_a_provider_sets_for_its_own_code_does_not_reach_the_caller(bool streamed)
    {
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) =>
        {
            Local.Value = "provider";
            return Answer();
        }));

        Local.Value = "caller";
        var seen = await Seen(router, streamed);

        seen.Should().Be("caller");
        Local.Value.Should().Be("caller");

        static async IAsyncEnumerable<ChatResponseUpdate> Answer()
        {
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "ok") { FinishReason = ChatFinishReason.Stop };
        }
    }

    [Fact]
    public async Task What_is_set_at_any_update_or_at_the_end_of_a_stream_does_not_reach_its_reader()
    {
        var options = new RouterOptions();
        options.Observers.Add(new SettingObserver());
        await using var router = new Router(options);
        router.AddProvider(new FakeProvider("a", (_, _) => new SettingStream(updates: 4)));
        Local.Value = "reader";

        var updates = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var seen = new List<string?>();
        bool more;
        do
        {
            var pull = updates.MoveNextAsync().AsTask();
            pull.IsCompletedSuccessfully.Should().BeTrue("nothing here waits");
            seen.Add(Local.Value);
            more = await pull;
        }
        while (more);

        seen.Should().HaveCount(6).And.AllBe("reader");
    }

    /// <summary>An answer whose code is no async method: nothing of the runtime restores what it sets.</summary>
    private sealed class SettingStream(int updates) : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
    {
        private int _made;

        public ChatResponseUpdate Current =>
            new(ChatRole.Assistant, "x") { FinishReason = _made == updates ? ChatFinishReason.Stop : null };

        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync()
        {
            Local.Value = $"provider {_made}";
            return new(_made++ < updates);
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class SettingObserver : IUsageObserver
    {
        public void OnAttempt(LlmAttempt attempt) => Local.Value = "observer";
    }

    /// <summary>What is set right after the call was made, before anything is awaited.</summary>
    private static async Task<string?> Seen(Router router, bool streamed)
    {
        if (!streamed)
        {
            var call = router.RouteAsync("hello");
            var seen = Local.Value;
            await call;
            return seen;
        }

        await using var updates = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var pull = updates.MoveNextAsync();
        var atPull = Local.Value;
        await pull;
        return atPull;
    }
}
