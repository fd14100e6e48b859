using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Providers;

/// <summary>A chat client that plays what it is given and remembers what it was asked.</summary>
internal sealed class FakeChatClient : IChatClient, IAsyncDisposable
{
    public ChatClientMetadata? Metadata { get; init; }

    public ChatResponse? Response { get; init; } = new(new ChatMessage(ChatRole.Assistant, "answer"));

    public ChatResponseUpdate?[] Updates { get; init; } = [];

    /// <summary>Thrown instead of the response, or after the updates.</summary>
    public Exception? Failure { get; init; }

    public Exception? FailureOnDispose { get; init; }

    public List<(IEnumerable<ChatMessage> Messages, ChatOptions? Options, CancellationToken Token)> Asked { get; } = [];

    public int Disposed { get; private set; }

    public int DisposedAsync { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        Asked.Add((messages, options, cancellationToken));
        return Failure is null ? Task.FromResult(Response!) : Task.FromException<ChatResponse>(Failure);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked.Add((messages, options, cancellationToken));
        try
        {
            foreach (var update in Updates)
                yield return update!;
            if (Failure is not null)
                throw Failure;
        }
        finally
        {
            await (FailureOnDispose is null ? Task.CompletedTask : Task.FromException(FailureOnDispose));
        }
    }

    public object? GetService(Type serviceType, object? serviceKey) => serviceType == typeof(ChatClientMetadata) ? Metadata : null;

    public void Dispose() => Disposed++;

    public ValueTask DisposeAsync()
    {
        DisposedAsync++;
        return default;
    }
}
