using System.Net.Http.Headers;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>GigaChat by Sber, on version 1 of its own API.</summary>
/// <remarks>
/// <para>Thread-safe. Sends <c>POST {BaseUrl}/chat/completions</c> with an access token that is fetched as needed, by one request for
/// however many calls, and given up a minute before its end by a stopwatch, whatever this machine's
/// clock says. A call that is refused with HTTP 401 is repeated once with a new token.</para>
/// <para>What the API does not have is done here (<see cref="ChatOptions.StopSequences"/>, several system messages, a temperature of 0) or left
/// out (penalties, <see cref="ChatOptions.Seed"/>, <see cref="ChatOptions.TopK"/>).</para>
/// </remarks>
public sealed partial class GigaChatProvider : HttpLlmProvider, IHealthProbe, IExactTokenCounter, IProviderDiagnostics
{
    /// <summary>Under this name the id of the functions' state travels in <c>AdditionalProperties</c> of calls and answers, so that the
    /// vendor recognises the conversation when the answer is sent back.</summary>
    public const string StateIdProperty = "functions_state_id";

    /// <summary>Under this name <see cref="ChatOptions.AdditionalProperties"/> may hold the dialogue's <c>X-Session-ID</c>.</summary>
    public const string SessionIdProperty = "session_id";

    private const int ShortestSecret = 6;

    private readonly GigaChatRequestWriter _writer;
    private readonly GigaChatCredentials _credentials;
    private readonly AccessTokenSource? _tokens;
    private readonly GigaChatTls _tls;
    private readonly TimeProvider _clock;
    private readonly GigaChatScope _scope;
    private readonly Uri _root;
    private readonly Uri _chat;
    private readonly string? _session;
    private readonly KeyValuePair<string, string>[] _headers;
    private readonly string[] _secrets;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">Where GigaChat is, who asks it, and how.</param>
    /// <param name="httpClient">A client of your own, left open; roots and client certificate are then its handler's.
    /// <see langword="null"/> for one with the right settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be used; the message names it, never its value.</exception>
    public GigaChatProvider(string name, GigaChatOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
        : this(name, options, httpClient, timeProvider, TlsFor(options, httpClient), mayBeNobody: httpClient is not null)
    {
    }

    /// <summary>For a client whose handler was prepared with these settings of TLS.</summary>
    internal GigaChatProvider(string name, GigaChatOptions options, HttpClient? httpClient, TimeProvider? timeProvider, GigaChatTls tls, bool mayBeNobody)
        : base(InfoOf(name, options), httpClient, timeProvider, options.MalformedEvents == MalformedEventAction.Throw, tls.ApplyTo)
    {
        _tls = tls;
        _clock = timeProvider ?? TimeProvider.System;
        _scope = options.Scope;
        _root = HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), GigaChatEnvironment.BaseUrlExample);
        _chat = HttpAddress.Combine(_root, "chat/completions");
        // A client of the caller's may hold a certificate that cannot be seen from here.
        _credentials = GigaChatCredentials.From(options, _root, mayBeNone: tls.HasCertificate || mayBeNobody);
        _tokens = _credentials.Fetches ? new AccessTokenSource(FetchTokenAsync, _clock) : null;
        _session = string.IsNullOrEmpty(options.SessionId) ? null : HeaderValue.Checked(options.SessionId, nameof(options.SessionId));
        var authorizes = _credentials.Fetches || _credentials.ReadyToken is not null;
        _headers = [.. options.Headers.Select(h => HeaderValue.CheckedHeader(h.Key, h.Value, HeaderValue.Entry(nameof(options.Headers), h.Key), authorizes))];
        _secrets = [.. _credentials.Secrets.Concat(_headers.Select(h => h.Value)).Where(s => s.Length >= ShortestSecret)];
        _writer = new GigaChatRequestWriter(options);
    }

    private protected override StreamFraming Framing => StreamFraming.ServerSentEvents;

    private protected override bool RequiresEventStream => true;

    private protected override string? CertificateAdvice => _tls.HasRoots
        ? "It is not of one of the roots that are set."
        : GigaChatCheck.RootAdvice;

    private protected override HttpRequestMessage CreateRequest(LlmRequest request)
    {
        var message = Prepare(new HttpRequestMessage(HttpMethod.Post, _chat) { Content = JsonBody.From(request, _writer.Write) });
        if (SessionOf(request.Options) is { } session)
            message.Headers.Add("X-Session-ID", session);
        message.Headers.Accept.Add(request.Streaming ? MediaTypes.EventStream : MediaTypes.Json);
        if (request.Streaming)
            message.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        return message;
    }

    private protected override async ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var token = _credentials.ReadyToken ?? (_tokens is null ? null : await _tokens.GetAsync(cancellationToken).ConfigureAwait(false));
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private protected override AnswerReader NewReader(LlmRequest request) => new GigaChatAnswerReader(Info, StopCut.For(request.Options?.StopSequences));

    private protected override LlmErrorKind? KindOf(int status, ServerError error) => GigaChatErrors.KindOf(status, error) ?? ErrorTable.KindOf(status, error);

    private protected override string? AdviceFor(LlmErrorKind kind, int status, ServerError said) =>
        GigaChatErrors.AdviceFor(kind, status, said, _scope, _credentials.ReadyToken is not null);

    private protected override ValueTask<bool> RenewCredentialsAsync(HttpRequestMessage refused, LlmException error, CancellationToken cancellationToken) =>
        new(_tokens is not null && _tokens.DropRefused(refused, error));

    private protected override IEnumerable<string> Secrets() => _secrets.Concat(_tokens?.Recent() ?? []);

    private protected override void Release() => _tokens?.Dispose();

    private static ProviderInfo InfoOf(string name, GigaChatOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Model))
            throw new ArgumentException("GigaChatOptions.Model is empty; set it to the model to ask, such as 'GigaChat-2'.", nameof(options));
        GigaChatLimits.Check(options);
        return new ProviderInfo(name, "gigachat", options.Model)
        {
            PrefersStreaming = true,
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextWindow ?? GigaChatLimits.ContextWindowOf(options.Model),
            MaxConcurrency = options.MaxConcurrency ?? options.Scope.Concurrency(),
        };
    }

    private static GigaChatTls TlsFor(GigaChatOptions options, HttpClient? client)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tls = GigaChatTls.From(options);
        if (client is not null && (tls.HasRoots || tls.HasCertificate))
        {
            throw new ArgumentException("TrustedRoots and ClientCertificate are settings of the HTTP handler, and the client that was handed in has its own: "
                + "set them there (SslOptions), or hand in no client.", nameof(options));
        }

        return tls;
    }

    private string? SessionOf(ChatOptions? options)
    {
        if (options?.AdditionalProperties?.TryGetValue(SessionIdProperty, out var value) is not true || value?.ToString() is not { Length: > 0 } session)
            return _session;
        try
        {
            return HeaderValue.Checked(session, SessionIdProperty);
        }
        catch (ArgumentException error)
        {
            throw new LlmException(LlmErrorKind.InvalidRequest, $"ChatOptions.AdditionalProperties: {error.Plain()}");
        }
    }

    private async ValueTask<HttpRequestMessage> PrepareAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        await AuthorizeAsync(message, cancellationToken).ConfigureAwait(false);
        return Prepare(message);
    }

    private HttpRequestMessage Prepare(HttpRequestMessage message)
    {
        message.Headers.UserAgent.Add(MediaTypes.UserAgent);
        message.Headers.Add("X-Request-ID", RequestIds.New());
        foreach (var (header, value) in _headers)
            message.Headers.Add(header, value);
        return message;
    }
}
