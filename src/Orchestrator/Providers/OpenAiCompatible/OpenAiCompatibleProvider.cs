using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Any server that speaks OpenAI's chat completions: OpenAI, vLLM, llama.cpp, LM Studio, OpenRouter, Yandex, cloud.ru and
/// others.</summary>
/// <remarks>Thread-safe. Sends <c>POST {BaseUrl}/chat/completions</c>; options that the protocol does not have are left out.</remarks>
public sealed partial class OpenAiCompatibleProvider : ILlmProvider, IHealthProbe, IProviderDiagnostics, IReadsOriginals, IDisposable
{
    private readonly OpenAiCompatibleApi _api;
    private readonly HttpLlmProvider _http;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">Where the server is and how to ask it.</param>
    /// <param name="httpClient">A client of your own, left open: give it an infinite <see cref="HttpClient.Timeout"/>, no redirects and no
    /// cookies. <see cref="TimeoutOptions.Connect"/> holds for it if its <see cref="SocketsHttpHandler"/> or
    /// <see cref="HttpClientHandler"/> stands alone; else the handler's own time-out does. <see langword="null"/> for one with the right
    /// settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be sent; the message names it, never its value.</exception>
    public OpenAiCompatibleProvider(
        string name, OpenAiCompatibleOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
    {
        _api = new OpenAiCompatibleApi(name, options);
        _http = new HttpLlmProvider(_api, httpClient, timeProvider);
    }

    /// <inheritdoc/>
    public ProviderInfo Info => _http.Info;

    /// <inheritdoc/>
    /// <exception cref="LlmException">Whatever went wrong, by kind.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        _http.GenerateAsync(request, cancellationToken);

    /// <summary>Asks for the list of models, which costs nothing.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>Whether the server answered with a success, or said that it has no such list.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var request = _api.Prepare(new HttpRequestMessage(HttpMethod.Get, _api.Models));
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode || (int)response.StatusCode is 404 or 405;
    }

    /// <summary>Disposes the client, unless it was handed in.</summary>
    public void Dispose() => _http.Dispose();
}
