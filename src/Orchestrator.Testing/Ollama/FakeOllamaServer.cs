using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>
/// A server that speaks Ollama's native protocol: chat and generate, streamed unless told otherwise, embeddings, models, version, and
/// errors in Ollama's words.
/// </summary>
/// <remarks>Thread-safe; settings are meant to be made before the first request.</remarks>
public sealed class FakeOllamaServer : FakeLlmServer
{
    private const string Json = "application/json; charset=utf-8";
    private const string Text = "text/plain; charset=utf-8";
    private static readonly FakeOllamaModel Any = new("any") { Capabilities = ["completion", "tools", "vision", "thinking", "embedding"] };

    /// <summary>Starts the server.</summary>
    /// <param name="options">Where and how to listen; <see langword="null"/> for the defaults.</param>
    public FakeOllamaServer(FaultServerOptions? options = null)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public override Uri BaseUrl => Address;

    /// <summary>The models there are.</summary>
    /// <value>Empty: any name is accepted, with every capability.</value>
    public IReadOnlyList<FakeOllamaModel> Models { get; set; } = [];

    /// <summary>The key that requests must bear, as in Ollama's cloud.</summary>
    /// <value><see langword="null"/>: none is asked for.</value>
    public string? ApiKey { get; set; }

    /// <summary>The version it says it is.</summary>
    /// <value><c>0.12.6</c>.</value>
    public string Version { get; set; } = "0.12.6";

    internal override string StreamType => "application/x-ndjson";

    internal override string LineStart => "{\"model\":\"fake\",\"message\":{\"role\":\"assistant\",\"content\":\"";

    internal override string Comment => "\n";

    internal override string LineOf(string json) => json + "\n";

    internal override VendorError ErrorOf(LlmErrorKind kind, string? message, CapturedRequest request) =>
        OllamaError.Of(kind, message, ModelOf(request));

    internal override VendorError ErrorOf(int status, CapturedRequest request) => OllamaError.OfStatus(status, ModelOf(request));

    internal override IEnumerable<ReadOnlyMemory<byte>> ErrorEvents(LlmErrorKind kind, string? message, CapturedRequest request) =>
        [OllamaReplyWriter.Line(OllamaError.Line(kind, message, ModelOf(request)))];

    internal override void Rewrite(ReplyPlan plan, CapturedRequest request, FakeReply reply) => Fill(plan, request, reply);

    private protected override bool IsChat(CapturedRequest request) =>
        request.Method == "POST" && request.Path is "/api/chat" or "/api/generate";

    private protected override ReplyPlan Answer(CapturedRequest request, FakeReply reply)
    {
        var plan = new ReplyPlan();
        if (ApiKey is not null && request.Header("Authorization") != $"Bearer {ApiKey}")
            return Refuse(plan, OllamaError.Of(LlmErrorKind.Authentication, null, ModelOf(request)));
        switch (request.Method, request.Path)
        {
            case ("POST", "/api/chat" or "/api/generate"):
                if (CheckChat(request) is { } wrong)
                    return Refuse(plan, wrong);
                Fill(plan, request, reply);
                return plan;
            case ("POST", "/api/show"):
                return Show(plan, request);
            case ("POST", "/api/embed"):
                return Embed(plan, request);
            case ("GET" or "HEAD", "/"):
                plan.Whole(200, "Ollama is running", Text);
                return plan;
            case ("GET" or "HEAD", "/api/version"):
                plan.Whole(200, JsonText.Of(json => json.WriteString("version", Version)), Json);
                return plan;
            case ("GET" or "HEAD", "/api/tags"):
                plan.Whole(200, OllamaLists.Tags(Models, Time.GetUtcNow()), Json);
                return plan;
            case ("GET", "/api/ps"):
                plan.Whole(200, OllamaLists.Running(Models, Time.GetUtcNow()), Json);
                return plan;
            case (_, "/" or "/api/chat" or "/api/generate" or "/api/show" or "/api/embed" or "/api/version" or "/api/tags" or "/api/ps"):
                plan.Whole(405, "405 method not allowed", "text/plain");
                return plan;
            default:
                plan.Whole(404, "404 page not found", "text/plain");
                return plan;
        }
    }

    private VendorError? CheckChat(CapturedRequest request)
    {
        if (OllamaRules.CheckBody(request, request.Path == "/api/chat" ? "ChatRequest" : "GenerateRequest") is { } unreadable)
            return unreadable;
        var body = request.Json!.Value;
        return OllamaRules.CheckChat(body, Find(body.StringProperty("model")), PromptTokens(body));
    }

    private void Fill(ReplyPlan plan, CapturedRequest request, FakeReply reply)
    {
        var body = request.Json ?? default;
        var writer = new OllamaReplyWriter(ModelOf(request), Time, request.Path == "/api/chat");
        plan.HeadDelay = reply.FirstDelay;
        if (IsEmpty(body, request.Path))
        {
            plan.Whole(200, writer.Loaded(OllamaRules.IsUnload(body) ? "unload" : "load"), Json);
            return;
        }

        var model = Find(body.StringProperty("model")) ?? Any;
        // A prompt that does not fit is cut without a word; only the count tells.
        var prompt = Math.Min(reply.PromptTokens ?? PromptTokens(body), OllamaRules.ContextOf(body, model));
        var think = OllamaRules.ThinkAsked(body) ?? model.Capabilities.Contains("thinking");
        if (body.BooleanProperty("stream") == false)
        {
            plan.Whole(200, writer.Whole(reply, prompt, think), Json);
            return;
        }

        plan.ContentType = StreamType;
        plan.Streamed = true;
        plan.EventDelay = reply.EventDelay;
        plan.Body = writer.Stream(reply, prompt, think);
    }

    private ReplyPlan Show(ReplyPlan plan, CapturedRequest request)
    {
        if (OllamaRules.CheckBody(request, "ShowRequest") is { } unreadable)
            return Refuse(plan, unreadable);
        var body = request.Json!.Value;
        // "name" is the old word for it.
        if ((body.StringProperty("model") ?? body.StringProperty("name")) is not { Length: > 0 } name)
            return Refuse(plan, OllamaError.Of(400, "model is required"));
        if (Find(name) is not { } model)
            return Refuse(plan, OllamaError.NotFound(name));
        plan.Whole(200, OllamaLists.Show(model, Time.GetUtcNow()), Json);
        return plan;
    }

    private ReplyPlan Embed(ReplyPlan plan, CapturedRequest request)
    {
        if (OllamaRules.CheckBody(request, "EmbedRequest") is { } unreadable)
            return Refuse(plan, unreadable);
        var body = request.Json!.Value;
        var name = body.StringProperty("model") ?? "";
        if (Find(name) is null)
            return Refuse(plan, name.Length == 0 ? OllamaError.Of(400, "model is required") : OllamaError.NotFound(name));
        string[] texts = body.Property("input") switch
        {
            { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray().Select(e => e.ToString())],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            null => [],
            _ => ["?"],
        };
        if (texts is ["?"])
            return Refuse(plan, OllamaError.Of(400, "invalid input type"));
        plan.Whole(200, OllamaLists.Embeddings(name, texts), Json);
        return plan;
    }

    private static ReplyPlan Refuse(ReplyPlan plan, VendorError error)
    {
        plan.Whole(error.Status, error.Body, Json);
        return plan;
    }

    private FakeOllamaModel? Find(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        if (Models.Count == 0)
            return Any with { Name = name };
        var full = FakeOllamaModel.Tagged(name);
        return Models.FirstOrDefault(m => m.FullName.Equals(full, StringComparison.OrdinalIgnoreCase));
    }

    private static int PromptTokens(JsonElement body) => body.Property("messages") is not null
        ? body.TokensOfPrompt()
        : FakeReply.Tokens(body.StringProperty("system")) + FakeReply.Tokens(body.StringProperty("prompt"));

    private static bool IsEmpty(JsonElement body, string path) => path == "/api/chat"
        ? body.Property("messages") is not { ValueKind: JsonValueKind.Array } messages || messages.GetArrayLength() == 0
        : string.IsNullOrEmpty(body.StringProperty("prompt")) && body.Property("suffix") is null;

    private static string ModelOf(CapturedRequest request) => request.Json?.StringProperty("model") ?? "unknown";
}
