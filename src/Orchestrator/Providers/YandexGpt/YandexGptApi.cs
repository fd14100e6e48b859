namespace Orchestrator.Providers;

/// <summary>The text generation API of Yandex AI Studio: requests, answers, errors.</summary>
internal sealed class YandexGptApi : VendorApi
{
    public const string Vendor = "yandexgpt";

    private const string ClientRequestIdHeader = "x-client-request-id";

    private readonly YandexGptModel _model;
    private readonly YandexGptAccess _access;
    private readonly bool _dataLogging;

    /// <exception cref="ArgumentException">A setting is missing, contradicts another or cannot be sent; the message names it, never its
    /// value.</exception>
    public YandexGptApi(string name, YandexGptOptions options, TimeProvider time)
        : base(InfoOf(name, options))
    {
        ThrowsOnMalformedEvent = options.MalformedEvents == MalformedEventAction.Throw;
        _model = YandexGptModel.Of(options);
        var root = HttpAddress.Checked(options.BaseUrl, nameof(options.BaseUrl), YandexGptEnvironment.BaseUrlExample);
        root = HttpAddress.WithPath(root, "foundationModels/v1");
        Completion = HttpAddress.Combine(root, "completion");
        Tokenize = HttpAddress.Combine(root, "tokenize");
        TokenizeCompletion = HttpAddress.Combine(root, "tokenizeCompletion");
        _dataLogging = options.DataLogging;
        Writer = new YandexGptRequestWriter(
            _model.Uri, options.Reasoning, ExtraFields.Copy(options.ExtraBody, nameof(options.ExtraBody)));
        Mismatch = YandexGptCredentials.Mismatch(options);
        YandexGptCredentials.RequireOne(options);
        _access = new YandexGptAccess(options, time);
    }

    public override StreamFraming Framing => StreamFraming.JsonLines;

    /// <summary>Where answers come from.</summary>
    public Uri Completion { get; }

    /// <summary>Where a text is tokenized.</summary>
    public Uri Tokenize { get; }

    /// <summary>Where a prompt is tokenized.</summary>
    public Uri TokenizeCompletion { get; }

    public YandexGptRequestWriter Writer { get; }

    /// <summary>The model's address.</summary>
    public string ModelUri => _model.Uri;

    /// <summary>What is wrong with the form of the credentials; null for nothing.</summary>
    public string? Mismatch { get; }

    public YandexGptAccess Access => _access;

    public override HttpRequestMessage CreateRequest(LlmRequest request) => Post(Completion, JsonBody.From(request, Writer.Write));

    public override ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken) =>
        _access.AuthorizeAsync(message, cancellationToken);

    public override ValueTask<bool> RenewCredentialsAsync(
        HttpRequestMessage refused, LlmException error, CancellationToken cancellationToken) => new(_access.DropRefused(refused, error));

    public override IEnumerable<string> Secrets() => _access.Secrets();

    public override string? AdviceFor(LlmErrorKind kind, int status, ServerError serverError) =>
        YandexGptDiagnosis.AdviceFor(kind, serverError.Message, Mismatch);

    public override AnswerReader NewReader(LlmRequest request) =>
        new YandexGptAnswerReader(Info, StopCut.For(request.Options?.StopSequences));

    public override LlmErrorKind? KindOf(int status, ServerError error) =>
        YandexGptErrors.KindOf(status, error.Message) ?? base.KindOf(status, error);

    public override TimeSpan? WaitAfter(LlmErrorKind kind, ServerError serverError) => YandexGptErrors.WaitAfter(kind, serverError.Message);

    public override string? RequestIdOf(HttpResponseMessage response) =>
        base.RequestIdOf(response)
            ?? HeaderOf(response, "x-server-trace-id") ?? HeaderOf(response, ClientRequestIdHeader) ?? SentId(response.RequestMessage);

    // The vendor can find a request by the id it was sent with, too.
    private static string? SentId(HttpRequestMessage? request) =>
        request is not null && request.Headers.NonValidated.TryGetValues(ClientRequestIdHeader, out var sent) ? sent.ToString() : null;

    /// <summary>A request with credentials.</summary>
    public async ValueTask<HttpRequestMessage> PostAsync(Uri target, JsonBody body, CancellationToken cancellationToken)
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
        // For Yandex's support: identifies the request when the service sends no id of its own.
        message.Headers.Add(ClientRequestIdHeader, RequestIds.New());
        return message;
    }

    private static ProviderInfo InfoOf(string name, YandexGptOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        YandexGptModel.Of(options);
        if (options.ContextWindow is <= 0)
        {
            throw new ArgumentException(
                $"YandexGptOptions.ContextWindow is {options.ContextWindow}; set it to a number of tokens above zero, or leave it out.",
                nameof(options));
        }

        if (options.MaxConcurrency is <= 0)
        {
            throw new ArgumentException(
                $"YandexGptOptions.MaxConcurrency is {options.MaxConcurrency}; set it to a number of calls above zero, or to null for "
                    + "no limit.",
                nameof(options));
        }

        return new ProviderInfo(name, Vendor, options.Model)
        {
            PrefersStreaming = true,
            Endpoint = HttpAddress.ServerOf(options.BaseUrl),
            Capabilities = options.Capabilities,
            ContextWindow = options.ContextWindow ?? YandexGptModel.WindowOf(options.Model),
            MaxConcurrency = options.MaxConcurrency,
        };
    }
}
