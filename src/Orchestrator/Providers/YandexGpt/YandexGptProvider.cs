using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>YandexGPT and Alice AI LLM by the native text generation API of Yandex AI Studio.</summary>
/// <remarks>
/// <para>Thread-safe. Sends <c>POST {BaseUrl}/completion</c>. The other models of the catalogue (Qwen, gpt-oss, DeepSeek and so on) are
/// reached by <see cref="OpenAiCompatibleOptions.ForYandex"/>.</para>
/// <para>IAM tokens of a key file or of the metadata service are fetched once for all callers, used for an hour at most, replaced five
/// minutes before their end, and renewed once when the service answers 401.</para>
/// <para>What the API does not have is done here (<see cref="ChatOptions.StopSequences"/>), refused (a temperature above 1, images) or left
/// out (<see cref="ChatOptions.TopP"/>, <see cref="ChatOptions.TopK"/>, <see cref="ChatOptions.Seed"/>, penalties).</para>
/// </remarks>
public sealed partial class YandexGptProvider
    : ILlmProvider, IHealthProbe, IExactTokenCounter, IProviderDiagnostics, IReadsOriginals, IDisposable
{
    private readonly YandexGptApi _api;
    private readonly HttpLlmProvider _http;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">The model, the folder and the credentials.</param>
    /// <param name="httpClient">A client of your own, left open: give it an infinite <see cref="HttpClient.Timeout"/>, no redirects and no
    /// cookies. <see cref="TimeoutOptions.Connect"/> holds for it if its <see cref="SocketsHttpHandler"/> or
    /// <see cref="HttpClientHandler"/> stands alone; else the handler's own time-out does. <see langword="null"/> for one with the right
    /// settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing, contradicts another or cannot be sent; the message names it, never its
    /// value.</exception>
    public YandexGptProvider(string name, YandexGptOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
    {
        _api = new YandexGptApi(name, options, timeProvider ?? TimeProvider.System);
        _http = new HttpLlmProvider(_api, httpClient, timeProvider);
        _api.Access.Http = _http;
    }

    /// <inheritdoc/>
    public ProviderInfo Info => _http.Info;

    /// <inheritdoc/>
    /// <exception cref="LlmException">Whatever went wrong, by kind.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        _http.GenerateAsync(request, cancellationToken);

    /// <summary>Has a single word tokenized, which costs nothing and needs the same role and model as an answer.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>Whether the service would serve.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TokenizeAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LlmException error)
        {
            // The tokenizer has another quota than the completions.
            return error.Kind == LlmErrorKind.RateLimited;
        }
    }

    /// <summary>Has the vendor count the tokens of a prompt, with what its chat template adds: the number that an answer would report as
    /// its prompt's. Free of charge, at most 50 times a second.</summary>
    /// <param name="messages">The messages, oldest first; at least one.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>The number of tokens.</returns>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    /// <exception cref="LlmException">The vendor could not be asked, or refused.</exception>
    public Task<int> CountTokensAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        var request = new LlmRequest(messages);
        if (request.Messages.Count == 0)
            throw new ArgumentException("There is no message to count; give at least one.", nameof(messages));
        return _http.AskAsync(
            token =>
                _api.PostAsync(_api.TokenizeCompletion, BodyOf(request, token), token), YandexGptTokens.Count, cancellationToken, request);
    }

    /// <summary>Disposes the client, unless it was handed in, and ends fetches of tokens.</summary>
    public void Dispose()
    {
        _api.Access.Dispose();
        _http.Dispose();
    }

    private JsonBody BodyOf(LlmRequest request, CancellationToken cancellationToken) => RequestFault.Guard(
        (_api.Writer, request), static s => JsonBody.From(s.request, s.Writer.Write), cancellationToken);

    /// <summary>The smallest request: one word for the tokenizer.</summary>
    private Task<int> TokenizeAsync(CancellationToken cancellationToken) => _http.AskAsync(
        token => _api.PostAsync(_api.Tokenize, JsonBody.From("ping", WriteWord), token), YandexGptTokens.Count, cancellationToken);

    private void WriteWord(Utf8JsonWriter json, string word)
    {
        json.WriteStartObject();
        json.WriteString("modelUri"u8, _api.ModelUri);
        json.WriteString("text"u8, word);
        json.WriteEndObject();
    }
}
