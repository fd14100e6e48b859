using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.DependencyInjection;

/// <summary>A provider that counts its disposals and never answers.</summary>
internal sealed class FakeProvider(string name) : ILlmProvider, IDisposable
{
    public FakeProvider()
        : this("fake")
    {
    }

    public int Disposals { get; private set; }

    public ProviderInfo Info { get; } = new(name, "fake", "fake-1");

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        throw new LlmException(LlmErrorKind.Unavailable, "A fake provider does not answer.");

    public void Dispose() => Disposals++;
}
