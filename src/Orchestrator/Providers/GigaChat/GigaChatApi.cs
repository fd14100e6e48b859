using System.Net.Http.Headers;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>GigaChat's API: requests, answers, errors, and the credentials they are sent with.</summary>
internal sealed class GigaChatApi : VendorApi, IDisposable
{
    public const string Vendor = "gigachat";

    private const int ShortestSecret = 6;

    private readonly GigaChatRequestWriter _writer;
    private readonly GigaChatTls _tls;
    private readonly AccessTokenSource? _tokens;
    private readonly Uri _chat;
    private readonly string? _session;
    private readonly KeyValuePair<string, string>[] _headers;
    private readonly string[] _secrets;

    /// <param name="name">The provider's name.</param>
    /// <param name="options">The settings.</param>
    /// <param name="tls">The settings of TLS.</param>
    /// <param name="mayBeNone">Whether there may be no credentials.</param>
    /// <param name="fetch">Fetches an access token.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be used; the message names it, never its value.</exception>
    public GigaChatApi(
        string name,
        GigaChatOptions options,
        GigaChatTls tls,
        bool mayBeNone,
        Func<CancellationToken, Task<AccessToken>> fetch,
        TimeProvider time)
        : base(InfoOf(name, options))
    {
        _tls = tls;
        ThrowsOnMalformedEvent = options.MalformedEvents == MalformedEventAction.Throw;
        Scope = options.Scope;
        Root = HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), GigaChatEnvironment.BaseUrlExample);
        _chat = HttpAddress.Combine(Root, "chat/completions");
        // A client of the caller's may have a client certificate that is not visible here.
        Credentials = GigaChatCredentials.From(options, Root, tls.HasCertificate || mayBeNone);
        _tokens = Credentials.Fetches ? new AccessTokenSource(fetch, time) : null;
        _session = string.IsNullOrEmpty(options.SessionId) ? null : HeaderValue.Checked(options.SessionId, nameof(options.SessionId));
        var authorizes = Credentials.Fetches || Credentials.ReadyToken is not null;
        _headers =
        [
            .. options.Headers.Select(h =>
                HeaderValue.CheckedHeader(h.Key, h.Value, HeaderValue.Entry(nameof(options.Headers), h.Key), authorizes)),
        ];
        _secrets = [.. Credentials.Secrets.Concat(_headers.Select(h => h.Value)).Where(s => s.Length >= ShortestSecret)];
        _writer = new GigaChatRequestWriter(options);
    }

    public Uri Root { get; }

    public GigaChatScope Scope { get; }

    public GigaChatCredentials Credentials { get; }

    public bool HasRoots => _tls.HasRoots;

    public override StreamFraming Framing => StreamFraming.ServerSentEvents;

    public override bool RequiresEventStream => true;

    public override string? CertificateAdvice => _tls.HasRoots
        ? "It is not of one of the roots that are set."
        : GigaChatCheck.RootAdvice;

    public override HttpRequestMessage CreateRequest(LlmRequest request)
    {
        var message = Prepare(new HttpRequestMessage(HttpMethod.Post, _chat) { Content = JsonBody.From(request, _writer.Write) });
        if (SessionOf(request.Options) is { } session)
            message.Headers.Add("X-Session-ID", session);
        message.Headers.Accept.Add(request.Streaming ? MediaTypes.EventStream : MediaTypes.Json);
        if (request.Streaming)
            message.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        return message;
    }

    public override async ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var token = Credentials.ReadyToken ?? (_tokens is null ? null : await _tokens.GetAsync(cancellationToken).ConfigureAwait(false));
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public override AnswerReader NewReader(LlmRequest request) =>
        new GigaChatAnswerReader(Info, StopCut.For(request.Options?.StopSequences));

    public override LlmErrorKind? KindOf(int status, ServerError error) =>
        GigaChatErrors.KindOf(status, error) ?? ErrorTable.KindOf(status, error);

    public override string? AdviceFor(LlmErrorKind kind, int status, ServerError serverError) =>
        GigaChatErrors.AdviceFor(kind, status, serverError, Scope, Credentials.ReadyToken is not null);

    public override ValueTask<bool> RenewCredentialsAsync(
        HttpRequestMessage refused, LlmException error, CancellationToken cancellationToken) =>
        new(_tokens is not null && _tokens.DropRefused(refused, error));

    public override IEnumerable<string> Secrets() => _secrets.Concat(_tokens?.Recent() ?? []);

    public void Dispose() => _tokens?.Dispose();

    /// <summary>Adds credentials, and the headers that every request has.</summary>
    public async ValueTask<HttpRequestMessage> PrepareAsync(HttpRequestMessage message, CancellationToken cancellationToken)
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

    private static ProviderInfo InfoOf(string name, GigaChatOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Model))
        {
            throw new ArgumentException(
                "GigaChatOptions.Model is empty; set it to the model to ask, such as 'GigaChat-2'.", nameof(options));
        }

        GigaChatLimits.Check(options);
        return new ProviderInfo(name, Vendor, options.Model)
        {
            PrefersStreaming = true,
            Endpoint = HttpAddress.ServerOf(options.BaseUrl),
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextWindow ?? GigaChatLimits.ContextWindowOf(options.Model),
            MaxConcurrency = options.MaxConcurrency ?? options.Scope.Concurrency(),
        };
    }

    private string? SessionOf(ChatOptions? options)
    {
        if (options?.AdditionalProperties?.TryGetValue(GigaChatProvider.SessionIdProperty, out var value) is not true
            || value?.ToString() is not { Length: > 0 } session)
        {
            return _session;
        }

        try
        {
            return HeaderValue.Checked(session, GigaChatProvider.SessionIdProperty);
        }
        catch (ArgumentException error)
        {
            throw RequestFault.Of($"ChatOptions.AdditionalProperties: {error.Plain()}");
        }
    }
}
