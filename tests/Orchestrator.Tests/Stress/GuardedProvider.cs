using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Stress;

/// <summary>Answers with its own name after a few turns through the thread pool, and notes whatever is done to it
/// after or during its disposal.</summary>
internal sealed class GuardedProvider(string name, int turns = 2, Task? until = null) : ILlmProvider, IAsyncDisposable
{
    private int _running;
    private int _disposals;
    private int _calls;
    private int _faults;

    public ProviderInfo Info { get; } = new(name, "stress", name);

    public int Calls => Volatile.Read(ref _calls);

    public int Disposals => Volatile.Read(ref _disposals);

    /// <summary>How often it was used when it was not there any more, or disposed while it was in use.</summary>
    public int Faults => Volatile.Read(ref _faults);

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        Interlocked.Increment(ref _calls);
        if (Disposals > 0)
            Interlocked.Increment(ref _faults);
        return AnswerAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref _disposals);
        if (Volatile.Read(ref _running) > 0)
            Interlocked.Increment(ref _faults);
        return default;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < turns; i++)
                await Task.Yield();
            if (until is not null)
                await until.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, name) { FinishReason = ChatFinishReason.Stop };
            await Task.Yield();
            if (Disposals > 0)
                Interlocked.Increment(ref _faults);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
