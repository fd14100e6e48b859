using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>Another provider under an info of its own, asked for anew each time; a router that disposes it leaves the other open.</summary>
internal sealed class Wrapped(ILlmProvider inner, Func<ProviderInfo> info) : ILlmProvider
{
    public Wrapped(ILlmProvider inner, ProviderInfo info)
        : this(inner, () => info)
    {
    }

    public ProviderInfo Info => info();

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        inner.GenerateAsync(request, cancellationToken);
}
