using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>Answers at once with updates made beforehand, and reports usage: what is left of a call is the router.</summary>
internal sealed class InstantProvider(string name, ChatResponseUpdate[] updates) : ILlmProvider
{
    // A vendor and model with a price, so that costs are worked out as they are in earnest.
    public ProviderInfo Info { get; } = new(name, "gigachat", "GigaChat-2");

    /// <summary>One update that carries the whole response, as wrapped clients do.</summary>
    public static InstantProvider Whole(string name) => new(name, [new ChatResponseUpdate { RawRepresentation = Answers.Whole() }]);

    /// <summary>A text, then the finish reason and the usage, as a custom provider might.</summary>
    public static InstantProvider Parts(string name) => new(name, Answers.Stream(2));

    /// <summary>A stream of so many updates.</summary>
    public static InstantProvider Streaming(string name, int updates) => new(name, Answers.Stream(updates));

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var update in updates)
            yield return update;
    }
}

internal static class Answers
{
    public static ChatResponse Whole() => new(new ChatMessage(ChatRole.Assistant, "A short answer."))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = Usage(5),
    };

    public static ChatResponseUpdate[] Stream(int updates)
    {
        var stream = new ChatResponseUpdate[updates];
        Array.Fill(stream, new ChatResponseUpdate(ChatRole.Assistant, "word "));
        stream[^1] = new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop, Contents = [new UsageContent(Usage(updates))] };
        return stream;
    }

    private static UsageDetails Usage(int completion) =>
        new() { InputTokenCount = 10, OutputTokenCount = completion, TotalTokenCount = 10 + completion };
}
