using System.Net.Http.Headers;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>OpenAI's chat completions, at any server.</summary>
internal sealed class OpenAiCompatibleApi : VendorApi
{
    private const int ShortestSecret = 8;

    private readonly Action<Utf8JsonWriter, LlmRequest> _write;
    private readonly Uri _chat;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly KeyValuePair<string, string>? _keyHeader;
    private readonly KeyValuePair<string, string>[] _headers;
    private volatile StreamEnd _streamEnd;

    /// <exception cref="ArgumentException">A setting is missing or cannot be sent; the message names it, never its value.</exception>
    public OpenAiCompatibleApi(string name, OpenAiCompatibleOptions options)
        : base(InfoOf(name, options))
    {
        ThrowsOnMalformedEvent = options.MalformedEvents == MalformedEventAction.Throw;
        var root = HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), OpenAiCompatibleEnvironment.BaseUrlExample);
        Root = root;
        _chat = HttpAddress.WithVersion(HttpAddress.Combine(root, "chat/completions"), options.ApiVersion);
        Models = HttpAddress.WithVersion(HttpAddress.Combine(root, "models"), options.ApiVersion);
        ListsModels = options.ListsModels;
        // With TLS there is a proxy in front of the server, and a new connection costs too much.
        _streamEnd = root.Scheme == Uri.UriSchemeHttp ? StreamEnd.Unknown : StreamEnd.Keeps;
        if (!string.IsNullOrEmpty(options.ApiKey))
        {
            Secret = HeaderValue.Checked(options.ApiKey, nameof(options.ApiKey));
            var scheme = HeaderValue.CheckedName(options.AuthorizationScheme, nameof(options.AuthorizationScheme));
            if (options.ApiKeyHeader.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
                _authorization = new AuthenticationHeaderValue(scheme, Secret);
            else
                _keyHeader = HeaderValue.CheckedHeader(options.ApiKeyHeader, Secret, nameof(options.ApiKeyHeader), hasKey: false);
        }

        _headers =
        [
            .. options.Headers.Select(h => HeaderValue.CheckedHeader(
                h.Key, h.Value, HeaderValue.Entry(nameof(options.Headers), h.Key), _authorization is not null)),
        ];
        _write = new OpenAiCompatibleRequestWriter(new OpenAiCompatibleDialect(options, Info)).Write;
    }

    public Uri Root { get; }

    /// <summary>The address of the list of models.</summary>
    public Uri Models { get; }

    /// <summary>Whether a key is sent.</summary>
    public bool HasKey => Secret is not null;

    /// <summary>Whether the list of models tells if the model exists.</summary>
    public bool ListsModels { get; }

    public override StreamFraming Framing => StreamFraming.ServerSentEvents;

    public override HttpRequestMessage CreateRequest(LlmRequest request)
    {
        var message = Prepare(new HttpRequestMessage(HttpMethod.Post, _chat) { Content = JsonBody.From(request, _write) });
        message.Headers.TryAddWithoutValidation("Accept", request.Streaming ? MediaTypes.EventStreamText : MediaTypes.JsonText);
        if (request.Streaming && _streamEnd != StreamEnd.Keeps)
            message.Headers.ConnectionClose = true;
        return message;
    }

    public override AnswerReader NewReader(LlmRequest request) => new OpenAiCompatibleAnswerReader(Info);

    /// <summary>llama.cpp announces keep-alive and still closes the connection after every stream: the next request might be sent on a
    /// closing connection, and a POST is not repeated. The first good answer shows which server it is; until then every stream asks for
    /// <c>Connection: close</c>, because many may start before that answer.</summary>
    public override void Notice(HttpResponseMessage response)
    {
        if (_streamEnd != StreamEnd.Unknown || !response.IsSuccessStatusCode)
            return;
        _streamEnd = response.Headers.NonValidated.TryGetValues("Server", out var server)
            && server.ToString().StartsWith("llama.cpp", StringComparison.OrdinalIgnoreCase)
            ? StreamEnd.Closes
            : StreamEnd.Keeps;
    }

    /// <summary>Some servers take the key in a header of their own, so all configured headers count as secrets.</summary>
    public override IEnumerable<string> Secrets() =>
        base.Secrets().Concat(_headers.Select(h => h.Value).Where(v => v.Length >= ShortestSecret));

    private static ProviderInfo InfoOf(string name, OpenAiCompatibleOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Model))
        {
            throw new ArgumentException(
                "OpenAiCompatibleOptions.Model is empty; set it to the model to ask, such as 'gpt-4o-mini'.", nameof(options));
        }

        return new ProviderInfo(name, options.Vendor, options.Model)
        {
            PrefersStreaming = true,
            Endpoint = HttpAddress.ServerOf(options.BaseUrl),
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextWindow,
        };
    }

    /// <summary>The same request without the key.</summary>
    public HttpRequestMessage WithoutKey(HttpRequestMessage message)
    {
        message.Headers.Authorization = null;
        if (_keyHeader is { } key)
            message.Headers.Remove(key.Key);
        return message;
    }

    /// <summary>Adds the headers that every request has.</summary>
    public HttpRequestMessage Prepare(HttpRequestMessage message)
    {
        message.Headers.Authorization = _authorization;
        if (_keyHeader is { } key)
            message.Headers.TryAddWithoutValidation(key.Key, key.Value);
        message.Headers.TryAddWithoutValidation("User-Agent", MediaTypes.UserAgentText);
        foreach (var (header, value) in _headers)
            message.Headers.TryAddWithoutValidation(header, value);
        return message;
    }

    /// <summary>What the server does with the connection of a stream that has ended.</summary>
    private enum StreamEnd
    {
        Unknown,
        Keeps,
        Closes,
    }
}
