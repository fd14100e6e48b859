using System.Net.Http.Headers;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Ollama's native API.</summary>
internal sealed class OllamaApi : VendorApi
{
    private readonly Action<Utf8JsonWriter, LlmRequest> _write;
    private readonly Uri _chat;
    private readonly AuthenticationHeaderValue? _authorization;

    /// <exception cref="ArgumentException">A setting is missing or cannot be sent; the message names it, never its value.</exception>
    public OllamaApi(string name, OllamaOptions options)
        : base(InfoOf(name, options))
    {
        // The documentation of Ollama's cloud gives its address with /api.
        var root = HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), OllamaEnvironment.BaseUrlExample);
        Root = HttpAddress.Without(root, "/api");
        _chat = HttpAddress.Combine(Root, "api/chat");
        ThrowsOnMalformedEvent = options.MalformedEvents == MalformedEventAction.Throw;
        if (!string.IsNullOrEmpty(options.ApiKey))
        {
            Secret = HeaderValue.Checked(options.ApiKey, nameof(options.ApiKey));
            _authorization = new AuthenticationHeaderValue("Bearer", Secret);
        }

        _write = new OllamaRequestWriter(options, Info).Write;
    }

    public Uri Root { get; }

    /// <summary>Whether a key is sent.</summary>
    public bool HasKey => _authorization is not null;

    public override StreamFraming Framing => StreamFraming.JsonLines;

    public override HttpRequestMessage CreateRequest(LlmRequest request) =>
        Prepare(new HttpRequestMessage(HttpMethod.Post, _chat) { Content = JsonBody.From(request, _write) });

    public override AnswerReader NewReader(LlmRequest request) => new OllamaAnswerReader(Info);

    public override LlmErrorKind? KindOf(int status, ServerError error) =>
        ErrorsWithoutCodes.KindOf(status, error.Message) ?? base.KindOf(status, error);

    /// <summary>Adds the headers that every request has.</summary>
    public HttpRequestMessage Prepare(HttpRequestMessage message)
    {
        message.Headers.Authorization = _authorization;
        message.Headers.TryAddWithoutValidation("User-Agent", MediaTypes.UserAgentText);
        return message;
    }

    private static ProviderInfo InfoOf(string name, OllamaOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Model))
        {
            throw new ArgumentException(
                "OllamaOptions.Model is empty; set it to a model the server has, such as 'llama3.2' ('ollama list' shows them).",
                nameof(options));
        }

        if (options.ContextLength is <= 0)
        {
            throw new ArgumentException(
                $"OllamaOptions.ContextLength is {options.ContextLength}; set it to a number of tokens above zero, or leave it out.",
                nameof(options));
        }

        return new ProviderInfo(name, "ollama", options.Model)
        {
            PrefersStreaming = true,
            Endpoint = HttpAddress.ServerOf(options.BaseUrl),
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextLength,
            Timeouts = new TimeoutOptions
            {
                FirstToken = TimeSpan.FromSeconds(300),
                Attempt = TimeSpan.FromMinutes(10),
                Call = TimeSpan.FromMinutes(15),
            },
        };
    }
}
