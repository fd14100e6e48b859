using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>A model run by Ollama, on this machine or in its cloud, by its native API.</summary>
/// <remarks>
/// Thread-safe. Sends <c>POST {BaseUrl}/api/chat</c>. A model may take minutes to load and wait in a queue without a byte, so its limits
/// are longer than the router's: first token 300 s, attempt 10 min, call 15 min.
/// </remarks>
public sealed partial class OllamaProvider : HttpLlmProvider, IHealthProbe, IProviderDiagnostics
{
    private readonly Action<Utf8JsonWriter, LlmRequest> _write;
    private readonly Uri _root;
    private readonly Uri _chat;
    private readonly Uri _show;
    private readonly string _model;
    private readonly AuthenticationHeaderValue? _authorization;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">Where Ollama is and how its model is run.</param>
    /// <param name="httpClient">A client of your own, left open; <see langword="null"/> for one with the right settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be sent; the message names it, never its value.</exception>
    public OllamaProvider(string name, OllamaOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
        : base(InfoOf(name, options), httpClient, timeProvider, options.MalformedEvents == MalformedEventAction.Throw)
    {
        // The documentation of Ollama's cloud gives its address with /api.
        var root = HttpAddress.Without(HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), HttpAddress.OllamaExample), "/api");
        _root = root;
        _chat = HttpAddress.Combine(root, "api/chat");
        _show = HttpAddress.Combine(root, "api/show");
        _model = options.Model;
        if (!string.IsNullOrEmpty(options.ApiKey))
        {
            Secret = HeaderValue.Checked(options.ApiKey, nameof(options.ApiKey));
            _authorization = new AuthenticationHeaderValue("Bearer", Secret);
        }

        _write = new OllamaRequestWriter(options).Write;
    }

    private protected override StreamFraming Framing => StreamFraming.JsonLines;

    /// <summary>Asks for the server's root page, which costs nothing.</summary>
    /// <param name="cancellationToken">Gives up the question.</param>
    /// <returns>Whether Ollama answered.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var request = Prepare(new HttpRequestMessage(HttpMethod.Get, _root));
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Asks the server what the model can do and how long its context is.</summary>
    /// <param name="cancellationToken">Gives up the question.</param>
    /// <returns>What the server says.</returns>
    /// <exception cref="LlmException">The server could not be asked, or does not have the model.</exception>
    public async Task<OllamaModel> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, _model);
            json.WriteEndObject();
        }

        using var request = Prepare(new HttpRequestMessage(HttpMethod.Post, _show) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = MediaTypes.JsonUtf8 } } });
        return await AskAsync(request, OllamaModel.Read, cancellationToken).ConfigureAwait(false);
    }

    private protected override HttpRequestMessage CreateRequest(LlmRequest request) =>
        Prepare(new HttpRequestMessage(HttpMethod.Post, _chat) { Content = JsonBody.From(request, _write) });

    private protected override AnswerReader NewReader(LlmRequest request) => new OllamaAnswerReader(Info);

    private protected override LlmErrorKind? KindOf(int status, ServerError error) => OllamaErrors.KindOf(status, error.Message) ?? ErrorTable.KindOf(status, error);

    private static ProviderInfo InfoOf(string name, OllamaOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Model))
            throw new ArgumentException("OllamaOptions.Model is empty; set it to a model the server has, such as 'llama3.2' ('ollama list' shows them).", nameof(options));
        if (options.ContextLength is <= 0)
            throw new ArgumentException($"OllamaOptions.ContextLength is {options.ContextLength}; set it to a number of tokens above zero, or leave it out.", nameof(options));
        return new ProviderInfo(name, "ollama", options.Model)
        {
            PrefersStreaming = true,
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextLength,
            Timeouts = new TimeoutOptions { FirstToken = TimeSpan.FromSeconds(300), Attempt = TimeSpan.FromMinutes(10), Call = TimeSpan.FromMinutes(15) },
        };
    }

    private HttpRequestMessage Prepare(HttpRequestMessage message)
    {
        message.Headers.Authorization = _authorization;
        message.Headers.TryAddWithoutValidation("User-Agent", MediaTypes.UserAgentText);
        return message;
    }
}
