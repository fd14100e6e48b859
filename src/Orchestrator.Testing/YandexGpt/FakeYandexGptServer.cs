using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>
/// A server that speaks the native protocol of Yandex's text generation: completions, whole and as lines with the whole text so far, the
/// tokenizer, IAM that checks signed tokens with the public key, the metadata service of virtual machines, and errors in both of Yandex's
/// shapes.
/// </summary>
/// <remarks>Thread-safe; settings are meant to be made before the first request. Requests are read strictly: a field or a word that the
/// published tables do not have is refused.</remarks>
public sealed partial class FakeYandexGptServer : FakeLlmServer
{
    private const string Root = "/foundationModels/v1/";
    private const string Json = "application/json";
    private const int TemplateTokens = 14;

    private readonly YandexGptIam _iam;
    private readonly Lock _lock = new();
    private readonly HashSet<CapturedRequest> _open = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<FakeServiceAccount> _account = new(() => new FakeServiceAccount());

    /// <summary>Starts the server.</summary>
    /// <param name="options">Where and how to listen; <see langword="null"/> for the defaults.</param>
    public FakeYandexGptServer(FaultServerOptions? options = null)
        : base(options)
    {
        _iam = new YandexGptIam(Time);
    }

    /// <inheritdoc/>
    public override Uri BaseUrl => new(Address, Root.TrimEnd('/'));

    /// <summary>The address that changes signed tokens for IAM tokens.</summary>
    public Uri IamUrl => new(Address, "/iam/v1/tokens");

    /// <summary>The address of the metadata service, without a path.</summary>
    public Uri MetadataUrl => Address;

    /// <summary>The API key that is accepted.</summary>
    /// <value><see langword="null"/>: any.</value>
    public string? ApiKey { get; set; }

    /// <summary>An IAM token that is accepted besides those given out here.</summary>
    /// <value><see langword="null"/>: any, until the first is given out here.</value>
    public string? IamToken { get; set; }

    /// <summary>The folder of the credentials; a model's URI or a header with another one is refused.</summary>
    /// <value><see langword="null"/>: any.</value>
    public string? FolderId { get; set; }

    /// <summary>The service account whose key IAM knows; made when first asked for.</summary>
    public FakeServiceAccount ServiceAccount => _account.Value;

    /// <summary>Whether the virtual machine has a service account.</summary>
    /// <value><see langword="true"/>.</value>
    public bool HasMetadataAccount { get; set; } = true;

    /// <summary>How long IAM tokens live.</summary>
    /// <value>12 hours.</value>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(12);

    /// <summary>The names of the models there are, without folder and version.</summary>
    /// <value>Empty: any name is accepted.</value>
    public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>How many tokens a prompt may have.</summary>
    /// <value>32,768.</value>
    public int ContextLength { get; set; } = 32_768;

    /// <summary>How many completions may be open at once; one more is refused by the gauge's quota. Yandex's own is 10.</summary>
    /// <value><see langword="null"/>: any number.</value>
    public int? MaxOpen { get; set; }

    /// <summary>Whether counts are numbers rather than the texts that proto makes of them.</summary>
    /// <value><see langword="false"/>.</value>
    public bool PlainNumbers { get; set; }

    /// <summary>Whether answers stand without <c>result</c> around them, as the API reference shows them.</summary>
    /// <value><see langword="false"/>.</value>
    public bool OmitResult { get; set; }

    /// <summary>How many IAM tokens were given out, by IAM and the metadata service.</summary>
    public int TokenCount => _iam.Exchanges;

    /// <summary>Makes every IAM token that was given out invalid: the next use of one is answered with 401.</summary>
    public void RevokeTokens() => _iam.Revoke();

    internal override string StreamType => Json;

    internal override string LineStart => "{\"result\":{\"alternatives\":[{\"message\":{\"role\":\"assistant\",\"text\":\"";

    internal override string Comment => "\n";

    internal override string LineOf(string json) => json + "\n";

    internal override VendorError ErrorOf(LlmErrorKind kind, string? message, CapturedRequest request) =>
        YandexGptError.Of(kind, message, request);

    internal override VendorError ErrorOf(int status, CapturedRequest request) => YandexGptError.OfStatus(status, request);

    internal override IEnumerable<ReadOnlyMemory<byte>> ErrorEvents(LlmErrorKind kind, string? message, CapturedRequest request) =>
        [YandexGptReplyWriter.Line(YandexGptError.Line(kind, message))];

    internal override void Rewrite(ReplyPlan plan, CapturedRequest request, FakeReply reply) => Fill(plan, request, reply);

    private protected override bool IsChat(CapturedRequest request) => request is { Method: "POST", Path: Root + "completion" };

    private protected override void Answered(CapturedRequest request)
    {
        lock (_lock)
            _open.Remove(request);
    }

    private protected override ReplyPlan Answer(CapturedRequest request, FakeReply reply)
    {
        var plan = new ReplyPlan();
        return (request.Method, request.Path) switch
        {
            ("POST", Root + "completion") => Complete(plan, request, reply),
            ("POST", Root + "tokenize") => Tokenize(
                plan, request, YandexGptRules.CheckTokenize, body => FakeReply.Tokens(body.StringProperty("text"))),
            ("POST", Root + "tokenizeCompletion") => Tokenize(plan, request, YandexGptRules.CheckCompletion, PromptTokens),
            ("POST", "/iam/v1/tokens") => Exchange(plan, request),
            ("GET", "/computeMetadata/v1/instance/service-accounts/default/token") => Metadata(plan, request),
            _ => Refuse(plan, YandexGptError.Of(5, "Not Found", request)),
        };
    }

    private ReplyPlan Complete(ReplyPlan plan, CapturedRequest request, FakeReply reply)
    {
        if ((CheckCredentials(request) ?? CheckBody(request, YandexGptRules.CheckCompletion)) is { } wrong)
            return Refuse(plan, wrong);
        var tokens = reply.PromptTokens ?? PromptTokens(request.Json!.Value);
        if (tokens > ContextLength)
        {
            return Refuse(plan, YandexGptError.Of(
                3,
                string.Create(
                    CultureInfo.InvariantCulture, $"Number of input tokens must be no more than {ContextLength}, got {tokens}"),
                request));
        }

        lock (_lock)
        {
            if (_open.Count >= MaxOpen)
            {
                return Refuse(plan, YandexGptError.Of(
                    8,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"ai.textGenerationCompletionSessionsCount.count gauge quota limit exceed: allowed {MaxOpen} requests"),
                    request));
            }

            _open.Add(request);
        }

        Fill(plan, request, reply);
        return plan;
    }

    private void Fill(ReplyPlan plan, CapturedRequest request, FakeReply reply)
    {
        var body = request.Json ?? default;
        var writer = new YandexGptReplyWriter(reply, reply.PromptTokens ?? PromptTokens(body), PlainNumbers, OmitResult);
        plan.HeadDelay = reply.FirstDelay;
        if (body.Property("completionOptions")?.BooleanProperty("stream") != true)
        {
            plan.Whole(200, writer.Whole(), Json);
            return;
        }

        plan.ContentType = StreamType;
        plan.Streamed = true;
        plan.EventDelay = reply.EventDelay;
        plan.Body = writer.Stream();
    }

    private ReplyPlan Tokenize(ReplyPlan plan, CapturedRequest request, Func<JsonElement, string?> check, Func<JsonElement, int> count)
    {
        if ((CheckCredentials(request) ?? CheckBody(request, check)) is { } wrong)
            return Refuse(plan, wrong);
        plan.Whole(200, JsonText.Of(json =>
        {
            json.WriteStartArray("tokens");
            for (var i = 0; i < count(request.Json!.Value); i++)
            {
                json.WriteStartObject();
                json.WriteString("id", (1000 + i).ToString(CultureInfo.InvariantCulture));
                json.WriteString("text", "▁х");
                json.WriteBoolean("special", false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("modelVersion", YandexGptReplyWriter.Version);
        }), Json);
        return plan;
    }

    private static ReplyPlan Refuse(ReplyPlan plan, VendorError error)
    {
        plan.Whole(error.Status, error.Body, Json);
        plan.Headers.AddRange(error.Headers ?? []);
        return plan;
    }

    /// <summary>Four characters each, and what the chat template adds.</summary>
    private static int PromptTokens(JsonElement body)
    {
        var count = TemplateTokens + body.TokensOfTools();
        if (body.Property("messages") is not { ValueKind: JsonValueKind.Array } messages)
            return count;
        foreach (var message in messages.EnumerateArray())
        {
            var calls = message.Property("toolCallList") ?? message.Property("toolResultList");
            count += FakeReply.Tokens(message.StringProperty("text") ?? calls?.GetRawText());
        }

        return count;
    }
}
