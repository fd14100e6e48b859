using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator;

namespace MyApp;

public sealed class EchoProvider(string name) : ILlmProvider
{
    public ProviderInfo Info { get; } = new(name, Vendor: "echo", Model: "echo-1");

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(50, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, request.Messages[^1].Text)
        {
            FinishReason = ChatFinishReason.Stop,
        };
    }
}
