using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>A client whose stream can show progress that has no content: a router, to a router around it.</summary>
internal interface IProgressSource
{
    /// <summary>The stream of <see cref="IChatClient"/>, and an update of nothing but progress wherever the answer moves without giving
    /// one.</summary>
    IAsyncEnumerable<ChatResponseUpdate> StreamWithProgress(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken);
}
