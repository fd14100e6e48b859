using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>A provider whose vendor counts tokens for it, free of charge. Optional; the router never asks on its own.</summary>
/// <remarks>Ask where an estimate will not do: before a long prompt is sent, or to check a bill. It is a request over the
/// network.</remarks>
public interface IExactTokenCounter
{
    /// <summary>Asks the vendor how many tokens these messages are for the provider's model.</summary>
    /// <param name="messages">The messages, oldest first; at least one.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>The number of tokens, by the vendor's own count; what exactly is counted the implementation says.</returns>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    /// <exception cref="LlmException">The vendor could not be asked, or refused.</exception>
    Task<int> CountTokensAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken = default);
}
