using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>A provider that asks for a tool so many times for a question, and then is done; it notes that it was asked.</summary>
/// <param name="name">Its name.</param>
/// <param name="id">The id of all of its calls; null for one of its own each time.</param>
/// <param name="rounds">How often it asks for the tool.</param>
/// <param name="asked">Where it notes that it was asked.</param>
internal sealed class Tooling(string name, string? id, int rounds, List<string> asked) : ILlmProvider
{
    public ProviderInfo Info { get; } = new(name, "mock", $"{name}-model");

    public LlmException? Failure { get; set; }

    /// <summary>From so many results on it fails.</summary>
    public int FailsFromRound { get; set; } = int.MaxValue;

    public string? Conversation { get; set; }

    public Task Gate { get; set; } = Task.CompletedTask;

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        asked.Add(name);
        await Gate.WaitAsync(cancellationToken);
        var results = request.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Count();
        if (Failure is not null || results >= FailsFromRound)
            throw Failure ?? new LlmException(LlmErrorKind.ServerError, "down");
        if (results < rounds)
        {
            var call = new FunctionCallContent(id ?? Guid.NewGuid().ToString(), "tool");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [call])
            {
                FinishReason = ChatFinishReason.ToolCalls,
                ConversationId = Conversation,
            };
        }
        else
        {
            yield return Some.Word($"{name} is done");
            yield return Some.Finish();
        }
    }
}
