using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>A provider and a client whose answers come all at once, when they are let go.</summary>
internal sealed class HeldAnswers(int permits = int.MaxValue) : ILlmProvider, IChatClient
{
    private readonly ChatResponseUpdate[] _updates = [new ChatResponseUpdate { RawRepresentation = Answers.Whole() }];
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProviderInfo Info { get; } = new("held", "gigachat", "GigaChat-2") { MaxConcurrency = permits };

    public void Release() => _gate.SetResult();

    public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _gate.Task.ConfigureAwait(false);
        foreach (var update in _updates)
            yield return update;
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        await _gate.Task.ConfigureAwait(false);
        return (ChatResponse)_updates[0].RawRepresentation!;
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
