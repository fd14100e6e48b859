using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A provider that can only be disposed synchronously: it counts that, and does what the test says. It answers with its name.
/// </summary>
internal sealed class SyncProvider(string name, Action? onDispose = null) : ILlmProvider, IDisposable
{
    private int _disposals;

    /// <summary>For a container that makes it.</summary>
    public SyncProvider()
        : this("made")
    {
    }

    public int Disposals => Volatile.Read(ref _disposals);

    public ProviderInfo Info { get; } = new(name, "mock", "m");

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) => Some.Answer(name);

    public void Dispose()
    {
        Interlocked.Increment(ref _disposals);
        onDispose?.Invoke();
    }
}
