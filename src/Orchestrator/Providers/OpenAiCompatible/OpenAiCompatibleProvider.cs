using System.Net.Http.Headers;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Any server that speaks OpenAI's chat completions: OpenAI, vLLM, llama.cpp, LM Studio, OpenRouter, Yandex, cloud.ru and others.</summary>
/// <remarks>Thread-safe. Sends <c>POST {BaseUrl}/chat/completions</c>; options that the protocol does not have are left out.</remarks>
public sealed partial class OpenAiCompatibleProvider : HttpLlmProvider, IHealthProbe, IProviderDiagnostics
{
    private const int ShortestSecret = 8;

    private readonly Action<Utf8JsonWriter, LlmRequest> _write;
    private readonly Uri _chat;
    private readonly Uri _models;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly KeyValuePair<string, string>[] _headers;
    private volatile StreamEnd _streamEnd;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">Where the server is and how to ask it.</param>
    /// <param name="httpClient">A client of your own, left open; <see langword="null"/> for one with the right settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be sent; the message names it, never its value.</exception>
    public OpenAiCompatibleProvider(string name, OpenAiCompatibleOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
        : base(InfoOf(name, options), httpClient, timeProvider, options.MalformedEvents == MalformedEventAction.Throw)
    {
        var root = HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl));
        _root = root;
        _chat = HttpAddress.Combine(root, "chat/completions");
        _models = HttpAddress.Combine(root, "models");
        // Behind TLS stands something that speaks for the server, and a new connection costs more than it is worth.
        _streamEnd = root.Scheme == Uri.UriSchemeHttp ? StreamEnd.Unknown : StreamEnd.Keeps;
        if (!string.IsNullOrEmpty(options.ApiKey))
        {
            Secret = HeaderValue.Checked(options.ApiKey, nameof(options.ApiKey));
            _authorization = new AuthenticationHeaderValue(HeaderValue.CheckedName(options.AuthorizationScheme, nameof(options.AuthorizationScheme)), Secret);
        }

        _headers = [.. options.Headers.Select(h => HeaderValue.CheckedHeader(h.Key, h.Value, HeaderValue.Entry(nameof(options.Headers), h.Key), _authorization is not null))];
        _write = new OpenAiCompatibleRequestWriter(
            options.Model,
            options.UseMaxCompletionTokens ?? options.BaseUrl.Host.Equals("api.openai.com", StringComparison.OrdinalIgnoreCase),
            options.RequestUsage).Write;
    }

    private protected override StreamFraming Framing => StreamFraming.ServerSentEvents;

    /// <summary>Asks for the list of models, which costs nothing.</summary>
    /// <param name="cancellationToken">Gives up the question.</param>
    /// <returns>Whether the server answered with a success, or said that it has no such list.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var request = Prepare(new HttpRequestMessage(HttpMethod.Get, _models));
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode || (int)response.StatusCode is 404 or 405;
    }

    private protected override HttpRequestMessage CreateRequest(LlmRequest request)
    {
        var message = Prepare(new HttpRequestMessage(HttpMethod.Post, _chat) { Content = JsonBody.From(request, _write) });
        message.Headers.TryAddWithoutValidation("Accept", request.Streaming ? MediaTypes.EventStreamText : MediaTypes.JsonText);
        if (request.Streaming && _streamEnd != StreamEnd.Keeps)
            message.Headers.ConnectionClose = true;
        return message;
    }

    private protected override AnswerReader NewReader(LlmRequest request) => new OpenAiCompatibleAnswerReader(Info);

    private protected override LlmErrorKind? KindOf(int status, ServerError error) => ErrorTable.KindOf(status, error);

    /// <summary>llama.cpp promises keep-alive and closes after every stream all the same: the next request would now and then be sent into a
    /// connection that is closing, and nobody repeats a POST. The first good answer tells who answers; until then, too, streams are asked to close,
    /// for many may start before it.</summary>
    private protected override void Notice(HttpResponseMessage response)
    {
        if (_streamEnd != StreamEnd.Unknown || !response.IsSuccessStatusCode)
            return;
        _streamEnd = response.Headers.NonValidated.TryGetValues("Server", out var server) && server.ToString().StartsWith("llama.cpp", StringComparison.OrdinalIgnoreCase)
            ? StreamEnd.Closes
            : StreamEnd.Keeps;
    }

    /// <summary>Headers hold keys too, at servers that have a header of their own for them.</summary>
    private protected override IEnumerable<string> Secrets() => base.Secrets().Concat(_headers.Select(h => h.Value).Where(v => v.Length >= ShortestSecret));

    private static ProviderInfo InfoOf(string name, OpenAiCompatibleOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Model))
            throw new ArgumentException("OpenAiCompatibleOptions.Model is empty; set it to the model to ask, such as 'gpt-4o-mini'.", nameof(options));
        return new ProviderInfo(name, options.Vendor, options.Model)
        {
            PrefersStreaming = true,
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextWindow,
        };
    }

    private HttpRequestMessage Prepare(HttpRequestMessage message)
    {
        message.Headers.Authorization = _authorization;
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
