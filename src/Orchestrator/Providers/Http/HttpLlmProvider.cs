using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// What all HTTP providers share: sends requests, reads answers and streams within bounds, and turns every behaviour of a server into an
/// answer or a typed error. A cut answer never counts as complete.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Redirects are not followed, cookies not kept; connecting may take as long as <see cref="TimeoutOptions.Connect"/> of
/// the request allows, 5 s if it says nothing, TLS included. Bodies are bounded: 16 MiB whole, 4 MiB a line, 256 MiB and a million events a
/// stream, all after decompression.</para>
/// <para>A client that is handed in keeps its own settings and is not disposed; give it an infinite <see cref="HttpClient.Timeout"/>, no
/// redirects and no cookies, because the router's time-outs decide. The connect time-out holds for a client whose
/// <see cref="SocketsHttpHandler"/> or <see cref="HttpClientHandler"/> stands alone, without a limit on the number of its connections, and
/// for the named clients of a container. Under other handlers the time to connect cannot be measured: there
/// <see cref="SocketsHttpHandler.ConnectTimeout"/> is the limit, if it is set.</para>
/// </remarks>
internal sealed class HttpLlmProvider : IDisposable
{
    private readonly HttpSender _sender;
    private readonly HttpQuestions _questions;
    private readonly WholeAnswers _answers;
    private readonly StreamedAnswers _streams;

    /// <param name="api">The vendor.</param>
    /// <param name="client">A client of the caller's, left open; null for one of the provider's own.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="prepare">Sets what the vendor needs of the handler of the provider's own client; null for nothing.</param>
    public HttpLlmProvider(VendorApi api, HttpClient? client, TimeProvider? time, Action<SocketsHttpHandler>? prepare = null)
    {
        time ??= TimeProvider.System;
        Info = api.Info;
        _sender = new HttpSender(api, client, time, prepare);
        var errors = new ResponseErrors(api, _sender.DefaultHeaders, time);
        var bodies = new BodyReader(errors, time);
        _questions = new HttpQuestions(api, _sender, bodies, errors);
        _answers = new WholeAnswers(api, _questions, bodies, errors);
        _streams = new StreamedAnswers(api, _questions, bodies, errors, _answers, time);
        Check = new SettingsCheck(_sender.OwnsClient, time);
    }

    public ProviderInfo Info { get; }

    /// <summary>Whether the client is the provider's own.</summary>
    public bool OwnsClient => _sender.OwnsClient;

    /// <summary>What the checks of all vendors' settings have in common.</summary>
    public SettingsCheck Check { get; }

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Streaming ? _streams.ReadAsync(request, cancellationToken) : _answers.ReadAsync(request, cancellationToken);
    }

    /// <inheritdoc cref="HttpSender.SendAsync(HttpRequestMessage, CancellationToken)"/>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _sender.SendAsync(request, cancellationToken);

    /// <inheritdoc cref="HttpQuestions.AskAsync{T}(HttpRequestMessage, BodyParser{T}, CancellationToken, LlmRequest)"/>
    public Task<T> AskAsync<T>(
        HttpRequestMessage request, BodyParser<T> read, CancellationToken cancellationToken, LlmRequest? about = null) =>
        _questions.AskAsync(request, read, cancellationToken, about);

    /// <inheritdoc cref="HttpQuestions.AskAsync{T}(Func{CancellationToken, ValueTask{HttpRequestMessage}}, BodyParser{T},
    /// CancellationToken, LlmRequest)"/>
    public Task<T> AskAsync<T>(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> create,
        BodyParser<T> read,
        CancellationToken cancellationToken,
        LlmRequest? about = null) =>
        _questions.AskAsync(create, read, cancellationToken, about);

    /// <inheritdoc cref="HttpQuestions.TryListAsync"/>
    public Task<ListedModels?> TryListAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _questions.TryListAsync(request, cancellationToken);

    /// <summary>Disposes the client, unless it is the caller's.</summary>
    public void Dispose() => _sender.Dispose();
}
