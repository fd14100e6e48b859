using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>Reads a sequence to its end, as a consumer does.</summary>
internal static class Calls
{
    public static Task DrainAsync(ILlmProvider provider, LlmRequest request) =>
        DrainAsync(provider.GenerateAsync(request, CancellationToken.None));

    public static async Task DrainAsync(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        await foreach (var _ in updates)
        {
        }
    }
}
