using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>YandexGPT and Alice AI LLM by the native text generation API of Yandex AI Studio.</summary>
/// <remarks>
/// <para>Thread-safe. Sends <c>POST {BaseUrl}/completion</c>. The other models of the catalogue (Qwen, gpt-oss, DeepSeek and so on) are reached by
/// <see cref="OpenAiCompatibleOptions.ForYandex"/>.</para>
/// <para>IAM tokens of a key file or of the metadata service are fetched once for however many callers, used for an hour at most, given up five
/// minutes before their end, and renewed once when the service answers 401.</para>
/// <para>What the API does not have is done here (<see cref="ChatOptions.StopSequences"/>), refused (a temperature above 1, images) or left out
/// (<see cref="ChatOptions.TopP"/>, <see cref="ChatOptions.TopK"/>, <see cref="ChatOptions.Seed"/>, penalties).</para>
/// </remarks>
public sealed partial class YandexGptProvider : HttpLlmProvider, IHealthProbe, IExactTokenCounter, IProviderDiagnostics
{
    private const string ClientRequestIdHeader = "x-client-request-id";
    private readonly YandexGptRequestWriter _writer;
    private readonly YandexGptModel _model;
    private readonly Uri _completion;
    private readonly Uri _tokenize;
    private readonly Uri _tokenizeCompletion;
    private readonly bool _dataLogging;
    private readonly TimeProvider _time;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">The model, the folder and the credentials.</param>
    /// <param name="httpClient">A client of your own, left open; <see langword="null"/> for one with the right settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing, contradicts another or cannot be sent; the message names it, never its value.</exception>
    public YandexGptProvider(string name, YandexGptOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
        : base(InfoOf(name, options), httpClient, timeProvider, options.MalformedEvents == MalformedEventAction.Throw)
    {
        _time = timeProvider ?? TimeProvider.System;
        _model = YandexGptModel.Of(options);
        var root = WithPath(HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), HttpAddress.YandexExample), "foundationModels/v1");
        _completion = HttpAddress.Combine(root, "completion");
        _tokenize = HttpAddress.Combine(root, "tokenize");
        _tokenizeCompletion = HttpAddress.Combine(root, "tokenizeCompletion");
        _dataLogging = options.DataLogging;
        _writer = new YandexGptRequestWriter(_model.Uri, options.Reasoning);
        _mismatch = YandexGptCredentials.Mismatch(options);
        YandexGptCredentials.RequireOne(options);
        if (!string.IsNullOrEmpty(options.ApiKey))
            _fixed = new AuthenticationHeaderValue("Api-Key", Secret = HeaderValue.Checked(options.ApiKey, nameof(options.ApiKey)));
        else if (!string.IsNullOrEmpty(options.IamToken))
            _fixed = new AuthenticationHeaderValue("Bearer", Secret = HeaderValue.Checked(options.IamToken, nameof(options.IamToken)));
        else
            _tokens = Tokens(options);
    }

    private protected override void Release()
    {
        _tokens?.Dispose();
        ReleaseDirect();
    }

    private protected override StreamFraming Framing => StreamFraming.JsonLines;

    /// <summary>Has a single word tokenized, which costs nothing and needs the same role and model as an answer.</summary>
    /// <param name="cancellationToken">Gives up the question.</param>
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
            // The tokenizer's quota is another one than that of answers.
            return error.Kind == LlmErrorKind.RateLimited;
        }
    }

    /// <summary>Has the vendor count the tokens of a prompt, with what its chat template adds: the number that an answer would report as its
    /// prompt's. Free of charge, at most 50 times a second.</summary>
    /// <param name="messages">The messages, oldest first; at least one.</param>
    /// <param name="cancellationToken">Gives up the question.</param>
    /// <returns>The number of tokens.</returns>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    /// <exception cref="LlmException">The vendor could not be asked, or refused.</exception>
    public Task<int> CountTokensAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        var request = new LlmRequest(messages);
        if (request.Messages.Count == 0)
            throw new ArgumentException("There is no message to count; give at least one.", nameof(messages));
        return AskAsync(
            token => PostAsync(_tokenizeCompletion, RequestFault.Guard((_writer, request), static s => JsonBody.From(s.request, s._writer.Write), token), token),
            YandexGptTokens.Count, cancellationToken, request);
    }

    private protected override HttpRequestMessage CreateRequest(LlmRequest request) => Post(_completion, JsonBody.From(request, _writer.Write));

    private protected override async ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken) =>
        message.Headers.Authorization = _fixed ?? new AuthenticationHeaderValue("Bearer", await _tokens!.GetAsync(cancellationToken).ConfigureAwait(false));

    private protected override AnswerReader NewReader(LlmRequest request) => new YandexGptAnswerReader(Info, StopCut.For(request.Options?.StopSequences));

    private protected override LlmErrorKind? KindOf(int status, ServerError error) => YandexGptErrors.KindOf(status, error.Message) ?? ErrorTable.KindOf(status, error);

    private protected override TimeSpan? WaitAfter(LlmErrorKind kind, ServerError said) => YandexGptErrors.WaitAfter(kind, said.Message);

    private protected override string? RequestIdOf(HttpResponseMessage response) =>
        HeaderOf(response, RequestIdHeader) ?? HeaderOf(response, "x-server-trace-id") ?? HeaderOf(response, ClientRequestIdHeader) ?? SentId(response.RequestMessage);

    // The vendor finds a request by the id it was sent with, too.
    private static string? SentId(HttpRequestMessage? request) =>
        request is not null && request.Headers.NonValidated.TryGetValues(ClientRequestIdHeader, out var sent) ? sent.ToString() : null;

    /// <summary>The smallest question there is: one word for the tokenizer.</summary>
    private Task<int> TokenizeAsync(CancellationToken cancellationToken) => AskAsync(
        token => PostAsync(_tokenize, JsonBody.From("ping", WriteWord), token), YandexGptTokens.Count, cancellationToken);

    private void WriteWord(Utf8JsonWriter json, string word)
    {
        json.WriteStartObject();
        json.WriteString("modelUri"u8, _model.Uri);
        json.WriteString("text"u8, word);
        json.WriteEndObject();
    }

    private async ValueTask<HttpRequestMessage> PostAsync(Uri target, JsonBody body, CancellationToken cancellationToken)
    {
        var message = Post(target, body);
        await AuthorizeAsync(message, cancellationToken).ConfigureAwait(false);
        return message;
    }

    private HttpRequestMessage Post(Uri target, JsonBody body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, target) { Content = body };
        message.Headers.UserAgent.Add(MediaTypes.UserAgent);
        message.Headers.Accept.Add(MediaTypes.Json);
        if (_model.Folder is { } folder)
            message.Headers.Add("x-folder-id", folder);
        if (!_dataLogging)
            message.Headers.Add("x-data-logging-enabled", "false");
        // For Yandex's support: what a request is called on both sides when the service names no id of its own.
        message.Headers.Add(ClientRequestIdHeader, RequestIds.New());
        return message;
    }

    private static ProviderInfo InfoOf(string name, YandexGptOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        YandexGptModel.Of(options);
        if (options.ContextWindow is <= 0)
            throw new ArgumentException($"YandexGptOptions.ContextWindow is {options.ContextWindow}; set it to a number of tokens above zero, or leave it out.", nameof(options));
        if (options.MaxConcurrency is <= 0)
            throw new ArgumentException($"YandexGptOptions.MaxConcurrency is {options.MaxConcurrency}; set it to a number of calls above zero, or to null for no limit.", nameof(options));
        return new ProviderInfo(name, DefaultPrices.Yandex, options.Model)
        {
            PrefersStreaming = true,
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextWindow ?? YandexGptModel.WindowOf(options.Model),
            MaxConcurrency = options.MaxConcurrency,
        };
    }

    private static Uri WithPath(Uri address, string path) => address.AbsolutePath == "/" ? HttpAddress.Combine(address, path) : address;
}
