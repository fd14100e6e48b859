using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Any <see cref="IChatClient"/> as a provider: vendors' SDKs, Microsoft.Extensions.AI pipelines, a client of your own.</summary>
/// <remarks>
/// <para>Each attempt gives the client a copy of messages and options; tools, raw factories and the contents of messages are the caller's
/// own. Only the model is settled here: each attempt asks for <see cref="ProviderInfo.Model"/>.</para>
/// <para>Failures are thrown as <see cref="LlmException"/>; the message names the client's exception but never quotes it.
/// As thread-safe as the client. The client is disposed with the provider; a router that has several providers over one client disposes it
/// with the last of them. A client that is also used elsewhere, by another router too, is added with <c>leaveOpen: true</c>.</para>
/// </remarks>
public sealed partial class ChatClientProvider : ILlmProvider, IReadsOriginals, IClientOwner, IAsyncDisposable, IDisposable
{
    private readonly IChatClient _client;
    private readonly ChatModel _model;
    private readonly bool _hasLoop;
    private readonly IToolRunner? _runner;
    private readonly bool? _runsTools;
    private int _disposed;

    /// <summary>Makes a client a provider.</summary>
    /// <param name="name">The provider's unique name.</param>
    /// <param name="client">The client. It must not retry, for the router does.</param>
    /// <param name="info">What the provider is; <paramref name="name"/> replaces its <see cref="ProviderInfo.Name"/> where they differ.
    /// <see langword="null"/>: the client's <see cref="ChatClientMetadata"/> gives vendor (its provider name in lower case, else
    /// <c>unknown</c>) and model (its default model, else <c>default</c>). An <see cref="ProviderInfo.Endpoint"/> that it does not have is
    /// taken from there too.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> or <paramref name="client"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    public ChatClientProvider(string name, IChatClient client, ProviderInfo? info = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        var metadata = client.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
        (Info, _model) = ChatModel.Settle(name, info, metadata);
        _hasLoop = ToolRunner.IsIn(client);
        _runner = client.GetService(typeof(IToolRunner)) as IToolRunner;
    }

    /// <inheritdoc/>
    public ProviderInfo Info { get; }

    object IClientOwner.Client => _client;

    /// <summary>Whether a stream that ends without a finish reason counts as cut (<see cref="LlmErrorKind.StreamInterrupted"/>).</summary>
    /// <value><see langword="true"/>. Set it to <see langword="false"/> for clients that never give one.</value>
    public bool RequireFinishReason { get; init; } = true;

    /// <summary>Whether the client runs tools itself. Then the router always asks for a stream, so that it sees a call before the tool
    /// runs. After the first call a failure is neither retried nor tried at another provider, because no tool may run
    /// twice.</summary>
    /// <value><see langword="true"/> for a client with a <c>FunctionInvokingChatClient</c> of Microsoft.Extensions.AI in its pipeline, and
    /// for a router while one of its providers runs tools; else <see langword="false"/>. Set it for a client that runs tools in a way of
    /// its own.</value>
    public bool RunsTools
    {
        get => _runsTools ?? (_hasLoop || _runner is { RunsTools: true });
        init => _runsTools = value;
    }

    /// <inheritdoc/>
    /// <remarks>An answer asked for whole comes as one update: it carries the <see cref="ChatResponse"/>, usage included, as its
    /// <see cref="ChatResponseUpdate.RawRepresentation"/>, and all contents of the answer's messages.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Streaming || RunsTools ? StreamAsync(request, cancellationToken) : AnswerAsync(request, cancellationToken);
    }

    /// <summary>Disposes the client, once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _client.Dispose();
    }

    /// <summary>Disposes the client, once; asynchronously if it can.</summary>
    /// <returns>Completes when the client is disposed.</returns>
    public ValueTask DisposeAsync()
    {
        if (_client is not IAsyncDisposable client)
            Dispose();
        else if (Interlocked.Exchange(ref _disposed, 1) == 0)
            return client.DisposeAsync();
        return default;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChatResponse? response;
        try
        {
            response = await _client.GetResponseAsync(
                RequestCopy.Of(request.Messages), OptionsFor(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (!ExceptionMapper.Passes(e, cancellationToken))
        {
            throw Failure(e, request, cancellationToken);
        }

        yield return WholeAnswer.From(response ?? throw Malformed("a null response"));
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (started, finished) = (false, false);
        IAsyncEnumerator<ChatResponseUpdate>? updates = null;
        try
        {
            while (true)
            {
                ChatResponseUpdate update;
                try
                {
                    updates ??= UpdatesOf(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                        break;
                    update = updates.Current ?? throw Malformed("a null update");
                }
                catch (Exception e) when (!ExceptionMapper.Passes(e, cancellationToken))
                {
                    throw Failure(e, request, cancellationToken, started);
                }

                started = true;
                finished |= update.FinishReason is not null;
                yield return update;
            }
        }
        finally
        {
            if (updates is not null)
                await DisposeAsync(updates, request, started, cancellationToken).ConfigureAwait(false);
        }

        if (finished)
            yield break;

        // Some clients end their stream without an exception when they are cancelled; that must not count as an answer.
        cancellationToken.ThrowIfCancellationRequested();
        if (RequireFinishReason)
        {
            throw new LlmException(
                LlmErrorKind.StreamInterrupted,
                "The client's stream ended without a finish reason, so the answer may be cut. "
                    + "Set RequireFinishReason = false if this client never gives one.");
        }
    }

    private IAsyncEnumerable<ChatResponseUpdate> UpdatesOf(LlmRequest request, CancellationToken cancellationToken)
    {
        var (messages, options) = (RequestCopy.Of(request.Messages), OptionsFor(request, cancellationToken));
        return _client is IProgressSource source
            ? source.StreamWithProgress(messages, options, cancellationToken)
            : _client.GetStreamingResponseAsync(messages, options, cancellationToken);
    }

    // The caller's options may be of a derived class whose Clone throws: a fault of the request, not of the client.
    private ChatOptions? OptionsFor(LlmRequest request, CancellationToken cancellationToken) =>
        RequestFault.Guard((Model: _model, request.Options), static s => s.Model.OptionsFor(s.Options), cancellationToken);

    private async ValueTask DisposeAsync(IAsyncDisposable updates, LlmRequest request, bool started, CancellationToken cancellationToken)
    {
        try
        {
            await updates.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (!ExceptionMapper.Passes(e, cancellationToken))
        {
            throw Failure(e, request, cancellationToken, started);
        }
    }

    private static LlmException Malformed(string what) =>
        new(LlmErrorKind.MalformedResponse, $"The client returned {what} where Microsoft.Extensions.AI requires one. Check the client.");
}
