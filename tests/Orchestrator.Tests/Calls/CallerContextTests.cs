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
