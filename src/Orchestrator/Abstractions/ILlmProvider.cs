using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>One model behind one service: the only thing the router knows how to call.</summary>
/// <remarks>
/// <para>Implementations are thread-safe: the router calls <see cref="GenerateAsync"/> from many threads at once.
/// They never retry, never count and never time themselves; the router does.</para>
/// <para>A failure is thrown as <see cref="LlmException"/> with the kind that fits. Any other exception is given a kind by its type
/// (network, time-out, JSON and the like), or <see cref="LlmErrorKind.Unknown"/>. A provider that implements <see cref="IAsyncDisposable"/>
/// or <see cref="IDisposable"/> is disposed by the router unless it was added with <c>leaveOpen</c>.</para>
/// </remarks>
public interface ILlmProvider
{
    /// <summary>Who answers: name, vendor, model and abilities. Read once, when the provider is added to a router.</summary>
    ProviderInfo Info { get; }

    /// <summary>Answers one request, as a stream or whole.</summary>
    /// <remarks>
    /// With <see cref="LlmRequest.Streaming"/> set, yield updates as they arrive; otherwise one update will do, and it may carry
    /// the whole <see cref="ChatResponse"/> as its <see cref="ChatResponseUpdate.RawRepresentation"/>: the router then returns that
    /// very object. Report usage in a <see cref="UsageContent"/>; several add up. End the sequence only when the answer is complete:
    /// a cut answer is an <see cref="LlmException"/> of kind <see cref="LlmErrorKind.StreamInterrupted"/>. An update without contents and
    /// with a <see cref="ChatResponseUpdate.RawRepresentation"/> is progress: it restarts the first-token limit and the idle limit. The
    /// providers of this library yield such updates too.
    /// </remarks>
    /// <param name="request">The request. It is shared between attempts and must not be changed.</param>
    /// <param name="cancellationToken">Fires when the caller cancels, a limit runs out or the router is disposed.</param>
    /// <returns>The updates of the answer, in order.</returns>
    IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken);
}
