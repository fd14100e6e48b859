using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.BadLuck;

/// <summary>A vendor's own client, whose server keeps conversations: every answer names one.</summary>
/// <remarks>It speaks through the library's provider, so that readers and error tables are the same.</remarks>
internal sealed class ConversationClient(ILlmProvider inner) : IChatClient
{
    // Another one would bind no better.
    public const string Id = "conversation";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken))
            updates.Add(update);
        return updates.ToChatResponse();
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // What the provider below would refuse: its protocol has no conversations.
        options?.ConversationId = null;
        var request = new LlmRequest(messages) { Options = options, Streaming = true };
        await foreach (var update in inner.GenerateAsync(request, cancellationToken))
        {
            update.ConversationId = Id;
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
