using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>The same instant answers as an <see cref="IChatClient"/>, for the peers.</summary>
internal sealed class InstantClient(int updates = 2) : IChatClient
{
    private readonly ChatResponse _whole = Answers.Whole();
    private readonly ChatResponseUpdate[] _updates = Answers.Stream(updates);

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(_whole);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var update in _updates)
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
