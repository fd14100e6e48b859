using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>
/// A server that speaks OpenAI's HTTP protocol as OpenAI or as another server of the family: chat completions streamed and whole, models,
/// embeddings, and errors in the vendor's words.
/// </summary>
/// <remarks>Thread-safe; settings are meant to be made before the first request.</remarks>
public sealed partial class FakeOpenAiServer : FakeLlmServer
{
    private const string Chat = "/chat/completions";
    private readonly SentState _sent = new();
    private Dialect _dialect = DialectList.Of(OpenAiDialect.OpenAi);
    private int _ids;

    /// <summary>Starts the server.</summary>
    /// <param name="options">Where and how to listen; <see langword="null"/> for the defaults.</param>
    public FakeOpenAiServer(FaultServerOptions? options = null)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public override Uri BaseUrl => new(Address, _dialect.BasePath);

    /// <summary>The key that requests must bear.</summary>
    /// <value><see langword="null"/>: none is asked for, and any is accepted.</value>
    public string? ApiKey { get; set; }

    /// <summary>The models there are.</summary>
    /// <value>Empty: any name is accepted.</value>
    public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>Whose server it is: what it sends, how its errors look, and what it refuses when it is strict.</summary>
    /// <value><see cref="OpenAiDialect.OpenAi"/>.</value>
    public OpenAiDialect Dialect
    {
        get => _dialect.Name;
        set => _dialect = DialectList.Of(value);
    }

    /// <summary>
    /// Whether requests are refused that the vendor's server refuses: schemas, names, ids of calls, empty turns, options it does not
    /// know, reasoning and signatures that are not given back, keys of other vendors. Otherwise only what every server refuses is refused.
    /// </summary>
    /// <value>
    /// <see langword="null"/>: as the dialect has it. <see cref="OpenAiDialect.OpenAi"/>, <see cref="OpenAiDialect.OpenRouter"/>,
    /// <see cref="OpenAiDialect.Vllm"/>, <see cref="OpenAiDialect.VllmFlat"/>, <see cref="OpenAiDialect.LlamaCpp"/>,
    /// <see cref="OpenAiDialect.LmStudio"/> and <see cref="OpenAiDialect.FastApi"/> are not strict, all others are.
    /// </value>
    public bool? Strict { get; set; }

    internal override string StreamType =>
        Dialect == OpenAiDialect.OpenAi ? "text/event-stream; charset=utf-8" : "text/event-stream";

    internal override string LineStart => "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";

    internal override string Comment => ": keep-alive\n\n";

    private bool IsStrict => Strict ?? _dialect.IsStrict;

    internal override string LineOf(string json) => $"data: {json}\n\n";

    internal override VendorError ErrorOf(LlmErrorKind kind, string? message, CapturedRequest request) =>
        _dialect.Errors.Said(Named(kind, message, request));

    internal override VendorError ErrorOf(int status, CapturedRequest request) =>
        _dialect.Errors.Said(_dialect.ErrorOf(status, ModelOf(request)));

    internal override IEnumerable<ReadOnlyMemory<byte>> ErrorEvents(LlmErrorKind kind, string? message, CapturedRequest request)
    {
        var error = Named(kind, message, request);
        yield return OpenAiCompatibleReplyWriter.Event(
            _dialect.Errors.InChunk ? Writer(request, Reply).ErrorChunk(error) : _dialect.Errors.EventBody(error));
        if (_dialect.Errors.ThenDone)
            yield return "data: [DONE]\n\n"u8.ToArray();
    }

    internal override void Rewrite(ReplyPlan plan, CapturedRequest request, FakeReply reply) => Fill(plan, request, reply);

    private protected override bool IsChat(CapturedRequest request) => RouteOf(request) == Chat && request.Method == "POST";

    private protected override ReplyPlan Answer(CapturedRequest request, FakeReply reply)
    {
        var plan = new ReplyPlan();
        if (Dialect == OpenAiDialect.OpenAi)
            AddHeaders(plan);
        if (CheckKey(request) is { } noKey)
            return Refuse(plan, noKey);
        var route = RouteOf(request);
        switch (request.Method, route)
        {
            case ("POST", Chat):
                if (Check(request) is { } wrong)
                    return Refuse(plan, wrong);
                Fill(plan, request, reply);
                return plan;
            case ("GET", "/models"):
                plan.Whole(200, ModelList());
                return plan;
            case ("GET", _) when route.StartsWith("/models/", StringComparison.Ordinal):
                var model = Uri.UnescapeDataString(route["/models/".Length..]);
                if (Models.Count > 0 && !Models.Contains(model))
                    return Refuse(plan, _dialect.ErrorOf(LlmErrorKind.ModelNotFound, model));
                plan.Whole(200, JsonText.Of(json => WriteModel(json, model)));
                return plan;
            case ("POST", "/embeddings"):
                return Embed(plan, request);
            case (_, Chat or "/embeddings" or "/models"):
                return Refuse(plan, new OpenAiCompatibleError(
                    405,
                    $"Not allowed to {request.Method} on {request.Path}. "
                        + "(HINT: Perhaps you meant to make your HTTP request using a different HTTP method?)",
                    Code: "method_not_supported"));
            default:
                return Refuse(plan, new OpenAiCompatibleError(404, $"Invalid URL ({request.Method} {request.Path})"));
        }
    }

    /// <summary>What a path asks for, without the base that is the dialect's own, or <c>/v1</c>.</summary>
    private string RouteOf(CapturedRequest request)
    {
        var path = request.Path;
        if (Dialect == OpenAiDialect.Azure && AzureServer.DeploymentOf(path) is { } deployment)
            return path[$"/openai/deployments/{deployment}".Length..];
        var own = _dialect.BasePath.Length == 0 ? "" : $"/{_dialect.BasePath}";
        return path.StartsWith("/v1/", StringComparison.Ordinal) ? path["/v1".Length..]
            : path.StartsWith($"{own}/", StringComparison.Ordinal) ? path[own.Length..]
            : "";
    }

    private OpenAiCompatibleError? CheckKey(CapturedRequest request)
    {
        if (_dialect.CheckKey(request, ApiKey) is { } wrong)
            return wrong;
        return ApiKey is null && IsStrict && request.Header("Authorization") is { } header
            && DialectList.IsOfAnother(header.Split(' ')[^1], Dialect)
                ? _dialect.ErrorOf(LlmErrorKind.Authentication, "")
                : null;
    }

    private OpenAiCompatibleError? Check(CapturedRequest request)
    {
        if (IsStrict && request.Json is { ValueKind: JsonValueKind.Object } body)
        {
            var asked = new DialectRequest(body, ModelOf(request), _sent);
            foreach (var rule in _dialect.Rules)
            {
                if (rule(asked) is { } refused)
                    return refused;
            }
        }

        var deployment = Dialect == OpenAiDialect.Azure ? AzureServer.DeploymentOf(request.Path) : null;
        var wrong = OpenAiCompatibleRules.Check(request.Json, deployment);
        return wrong
            ?? (Models.Count > 0 && !Models.Contains(ModelOf(request))
                ? _dialect.ErrorOf(LlmErrorKind.ModelNotFound, ModelOf(request))
                : null);
    }

    private void Fill(ReplyPlan plan, CapturedRequest request, FakeReply reply)
    {
        var body = request.Json ?? default;
        var prompt = reply.PromptTokens ?? body.TokensOfPrompt();
        var writer = Writer(request, reply);
        plan.HeadDelay = reply.FirstDelay;
        _sent.HasThought |= reply.Reasoning is not null;
        if (body.BooleanProperty("stream") != true)
        {
            plan.Whole(200, writer.Whole(prompt));
            return;
        }

        plan.ContentType = StreamType;
        plan.Headers.Add(new("Cache-Control", "no-cache"));
        plan.Streamed = true;
        plan.EventDelay = reply.EventDelay;
        plan.Body = writer.Stream(prompt, body.Property("stream_options")?.BooleanProperty("include_usage") == true);
    }

    private OpenAiCompatibleReplyWriter Writer(CapturedRequest request, FakeReply reply)
    {
        var number = Interlocked.Increment(ref _ids);
        var head = new OpenAiCompatibleHead(
            string.Create(CultureInfo.InvariantCulture, $"chatcmpl-fake{number:D8}"),
            ModelOf(request),
            Time.GetUtcNow().ToUnixTimeSeconds());
        return new OpenAiCompatibleReplyWriter(_dialect, head, reply, CallsOf(reply, number));
    }

    private List<SentCall> CallsOf(FakeReply reply, int answer)
    {
        var calls = new List<SentCall>();
        foreach (var call in reply.ToolCalls.Take(_dialect.Shape.MostCalls))
        {
            var id = call.Id ?? _dialect.Shape.CallId(new CallPlace(answer, calls.Count, call.Name));
            var signature = _sent.Sign(id, call.Name);
            calls.Add(new(id, call.Name, call.Arguments, _dialect.Shape.SignsCalls && calls.Count == 0 ? signature : null));
        }

        return calls;
    }

    private OpenAiCompatibleError Named(LlmErrorKind kind, string? message, CapturedRequest request)
    {
        var error = _dialect.ErrorOf(kind, ModelOf(request));
        return message is null ? error : error with { Message = message, Raw = null, ContentType = "application/json" };
    }

    private ReplyPlan Refuse(ReplyPlan plan, OpenAiCompatibleError error)
    {
        plan.Whole(error.Status, _dialect.Errors.Body(error), error.ContentType);
        return plan;
    }

    private void AddHeaders(ReplyPlan plan)
    {
        plan.Headers.Add(new("openai-version", "2020-10-01"));
        plan.Headers.Add(new("openai-processing-ms", "7"));
        plan.Headers.Add(new("x-request-id", string.Create(CultureInfo.InvariantCulture, $"req_{Interlocked.Increment(ref _ids):x32}")));
        plan.Headers.Add(new("x-ratelimit-limit-requests", "10000"));
        plan.Headers.Add(new("x-ratelimit-remaining-requests", "9999"));
        plan.Headers.Add(new("x-ratelimit-reset-requests", "6ms"));
    }

    private string ModelList() => JsonText.Of(json =>
    {
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in Models.Count > 0 ? Models : ["gpt-4o-mini"])
        {
            json.WriteStartObject();
            WriteModel(json, model);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteModel(Utf8JsonWriter json, string model)
    {
        json.WriteString("id", model);
        json.WriteString("object", "model");
        json.WriteNumber("created", 1721172741);
        json.WriteString("owned_by", "system");
    }

    private string ModelOf(CapturedRequest request) =>
        request.Json?.StringProperty("model")
        ?? (Dialect == OpenAiDialect.Azure ? AzureServer.DeploymentOf(request.Path) : null)
        ?? "unknown";
}
