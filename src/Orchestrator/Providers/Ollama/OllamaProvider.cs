using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>A model run by Ollama, on this machine or in its cloud, by its native API.</summary>
/// <remarks>
/// Thread-safe. Sends <c>POST {BaseUrl}/api/chat</c>. A model may take minutes to load and wait in a queue without a byte, so its limits
/// are longer than the router's: first token 300 s, attempt 10 min, call 15 min.
/// </remarks>
public sealed partial class OllamaProvider : ILlmProvider, IHealthProbe, IProviderDiagnostics, IReadsOriginals, IDisposable
{
    private readonly OllamaApi _api;
    private readonly HttpLlmProvider _http;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">Where Ollama is and how its model is run.</param>
    /// <param name="httpClient">A client of your own, left open: give it an infinite <see cref="HttpClient.Timeout"/>, no redirects and no
    /// cookies. <see cref="TimeoutOptions.Connect"/> holds for it if its <see cref="SocketsHttpHandler"/> or
    /// <see cref="HttpClientHandler"/> stands alone; else the handler's own time-out does. <see langword="null"/> for one with the right
    /// settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be sent; the message names it, never its value.</exception>
    public OllamaProvider(string name, OllamaOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
    {
        _api = new OllamaApi(name, options);
        _http = new HttpLlmProvider(_api, httpClient, timeProvider);
    }

    /// <inheritdoc/>
    public ProviderInfo Info => _http.Info;

    /// <inheritdoc/>
    /// <exception cref="LlmException">Whatever went wrong, by kind.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        _http.GenerateAsync(request, cancellationToken);

    /// <summary>Asks for the server's root page, which costs nothing.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>Whether Ollama answered.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var request = _api.Prepare(new HttpRequestMessage(HttpMethod.Get, _api.Root));
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Asks the server what the model can do and how long its context is.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>What the server says.</returns>
    /// <exception cref="LlmException">The server could not be asked, or does not have the model.</exception>
    public async Task<OllamaModel> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, Info.Model);
            json.WriteEndObject();
        }

        var content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = MediaTypes.JsonUtf8 } };
        var show = HttpAddress.Combine(_api.Root, "api/show");
        using var request = _api.Prepare(new HttpRequestMessage(HttpMethod.Post, show) { Content = content });
        return await _http.AskAsync(request, OllamaModel.Read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Disposes the client, unless it was handed in.</summary>
    public void Dispose() => _http.Dispose();
}
