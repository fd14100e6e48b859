using Microsoft.Extensions.AI;

namespace Orchestrator;

// The calls.
public sealed partial class Router
{
    /// <summary>Answers a prompt.</summary>
    /// <param name="prompt">The text of one user message; not empty.</param>
    /// <param name="options">Options for the model; <see cref="ChatOptions.ModelId"/> picks providers by name, model or alias.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The whole answer.</returns>
    /// <exception cref="ArgumentException"><paramref name="prompt"/> is empty.</exception>
    public Task<LlmResponse> RouteAsync(string prompt, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RouteAsync(new LlmRequest(prompt) { Options = options }, cancellationToken);

    /// <summary>Answers a conversation.</summary>
    /// <param name="messages">The messages, oldest first; at least one.</param>
    /// <param name="options">Options for the model; <see cref="ChatOptions.ModelId"/> picks providers by name, model or alias.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The whole answer.</returns>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    public Task<LlmResponse> RouteAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RouteAsync(new LlmRequest(messages) { Options = options }, cancellationToken);

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The whole answer.</returns>
    public Task<LlmResponse> RouteAsync(LlmRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _life.ThrowIfClosed();
        return BufferedCall.RunAsync(new(new(_services, request, live: false, cancellationToken, default), _planner));
    }

    /// <summary>Answers a prompt as a stream.</summary>
    /// <param name="prompt">The text of one user message; not empty.</param>
    /// <param name="options">Options for the model; <see cref="ChatOptions.ModelId"/> picks providers by name, model or alias.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The updates as they come, and a last one of the router's own: see <see cref="RouteExtensions.GetRoute"/>. Read it to the
    /// end or dispose it; an enumerator left undisposed keeps its provider's connection.</returns>
    /// <exception cref="ArgumentException"><paramref name="prompt"/> is empty.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> RouteStreamAsync(
        string prompt, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RouteStreamAsync(new LlmRequest(prompt) { Options = options }, cancellationToken);

    /// <summary>Answers a conversation as a stream.</summary>
    /// <param name="messages">The messages, oldest first; at least one.</param>
    /// <param name="options">Options for the model; <see cref="ChatOptions.ModelId"/> picks providers by name, model or alias.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The updates as they come, and a last one of the router's own: see <see cref="RouteExtensions.GetRoute"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> RouteStreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        RouteStreamAsync(new LlmRequest(messages) { Options = options }, cancellationToken);

    /// <summary>Answers a request as a stream.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The updates as they come, and a last one of the router's own: see <see cref="RouteExtensions.GetRoute"/>.</returns>
    public IAsyncEnumerable<ChatResponseUpdate> RouteStreamAsync(LlmRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _life.ThrowIfClosed();
        return new RouteStream(_services, _planner, request, mayRestart: true, cancellationToken);
    }

    /// <summary>Shows what a call with this request would do now, without sending anything: the providers in the order they would be asked,
    /// and the excluded ones with the reason. Takes no turn.</summary>
    /// <param name="request">The request; its text appears nowhere in the result.</param>
    /// <returns>A snapshot, fit for JSON.</returns>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public RouteExplanation Explain(LlmRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _life.ThrowIfDisposed();
        return _planner.Explain(request);
    }

    Task<ChatResponse> IChatClient.GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        return ResponseOfAsync(RouteAsync(messages, options, cancellationToken));

        static async Task<ChatResponse> ResponseOfAsync(Task<LlmResponse> call) => (await call.ConfigureAwait(false)).Response;
    }

    IAsyncEnumerable<ChatResponseUpdate> IChatClient.GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        StreamForClient(messages, options, showsProgress: false, cancellationToken);

    IAsyncEnumerable<ChatResponseUpdate> IProgressSource.StreamWithProgress(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        StreamForClient(messages, options, showsProgress: true, cancellationToken);

    object? IChatClient.GetService(Type serviceType, object? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("orchestrator")
            : null;
    }

    /// <summary>Whether one of its providers invokes tools itself at this moment: then the router does so too, for clients built over
    /// it.</summary>
    bool IToolRunner.RunsTools =>
        Array.Exists(_providers.All, static registered => registered.Provider is Providers.ChatClientProvider { RunsTools: true });

    private RouteStream StreamForClient(
        IEnumerable<ChatMessage> messages, ChatOptions? options, bool showsProgress, CancellationToken cancellationToken)
    {
        var request = new LlmRequest(messages) { Options = options };
        _life.ThrowIfClosed();
        // A caller of IChatClient concatenates all text: it would ignore the restart and mix two answers.
        return new RouteStream(_services, _planner, request, mayRestart: false, cancellationToken, showsProgress);
    }
}
