using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>
/// A server that speaks OpenAI's HTTP protocol: chat completions streamed and whole, models, embeddings, and errors in the words of
/// OpenAI or of another server of the family.
/// </summary>
/// <remarks>Thread-safe; settings are meant to be made before the first request.</remarks>
public sealed class FakeOpenAiServer : FakeLlmServer
{
    private const string Chat = "/v1/chat/completions";
    private int _ids;

    /// <summary>Starts the server.</summary>
    /// <param name="options">Where and how to listen; <see langword="null"/> for the defaults.</param>
    public FakeOpenAiServer(FaultServerOptions? options = null)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public override Uri BaseUrl => new(Address, "v1");

    /// <summary>The key that requests must bear.</summary>
    /// <value><see langword="null"/>: none is asked for, and any is accepted.</value>
    public string? ApiKey { get; set; }

    /// <summary>The models there are.</summary>
    /// <value>Empty: any name is accepted.</value>
    public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>Whose server it is, which decides how errors look.</summary>
    /// <value><see cref="OpenAiDialect.OpenAi"/>.</value>
    public OpenAiDialect Dialect { get; set; }

    internal override string StreamType => Dialect == OpenAiDialect.OpenAi ? "text/event-stream; charset=utf-8" : "text/event-stream";

    internal override string LineStart => "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";

    internal override string Comment => ": keep-alive\n\n";

    internal override string LineOf(string json) => $"data: {json}\n\n";

    internal override VendorError ErrorOf(LlmErrorKind kind, string? message, CapturedRequest request)
    {
        var error = OpenAiCompatibleError.Of(kind, ModelOf(request));
        return (message is null ? error : error with { Message = message }).In(Dialect);
    }

    internal override VendorError ErrorOf(int status, CapturedRequest request) =>
        OpenAiCompatibleError.Of(status, ModelOf(request)).In(Dialect);

    internal override IEnumerable<ReadOnlyMemory<byte>> ErrorEvents(LlmErrorKind kind, string? message, CapturedRequest request)
    {
        var error = OpenAiCompatibleError.Of(kind, ModelOf(request));
        if (message is not null)
            error = error with { Message = message };
        yield return OpenAiCompatibleReplyWriter.Event(Dialect == OpenAiDialect.OpenRouter
            ? Writer(request).ErrorChunk(error, Dialect)
            : error.Body(Dialect));
        if (Dialect is OpenAiDialect.Vllm or OpenAiDialect.VllmFlat or OpenAiDialect.OpenRouter)
            yield return "data: [DONE]\n\n"u8.ToArray();
    }

    internal override void Rewrite(ReplyPlan plan, CapturedRequest request, FakeReply reply) => Fill(plan, request, reply);

    private protected override bool IsChat(CapturedRequest request) => request.Path == Chat && request.Method == "POST";

    private protected override ReplyPlan Answer(CapturedRequest request, FakeReply reply)
    {
        var plan = new ReplyPlan();
        if (Dialect == OpenAiDialect.OpenAi)
            AddHeaders(plan);
        if (OpenAiCompatibleRules.CheckKey(request, ApiKey) is { } noKey)
            return Refuse(plan, noKey);
        switch (request.Method, request.Path)
        {
            case ("POST", Chat):
                if (OpenAiCompatibleRules.Check(request.Json, Models) is { } wrong)
                    return Refuse(plan, wrong);
                Fill(plan, request, reply);
                return plan;
            case ("GET", "/v1/models"):
                plan.Whole(200, ModelList());
                return plan;
            case ("GET", _) when request.Path.StartsWith("/v1/models/", StringComparison.Ordinal):
                var model = Uri.UnescapeDataString(request.Path["/v1/models/".Length..]);
                if (Models.Count > 0 && !Models.Contains(model))
                    return Refuse(plan, OpenAiCompatibleError.Of(LlmErrorKind.ModelNotFound, model));
                plan.Whole(200, JsonText.Of(json => WriteModel(json, model)));
                return plan;
            case ("POST", "/v1/embeddings"):
                return Embed(plan, request);
            case (_, Chat or "/v1/embeddings" or "/v1/models"):
                return Refuse(plan, new OpenAiCompatibleError(
                    405,
                    $"Not allowed to {request.Method} on {request.Path}. "
                        + "(HINT: Perhaps you meant to make your HTTP request using a different HTTP method?)",
                    Code: "method_not_supported"));
            default:
                return Refuse(plan, new OpenAiCompatibleError(404, $"Invalid URL ({request.Method} {request.Path})"));
        }
    }

    private void Fill(ReplyPlan plan, CapturedRequest request, FakeReply reply)
    {
        var body = request.Json ?? default;
        var prompt = reply.PromptTokens ?? body.TokensOfPrompt();
        var writer = Writer(request);
        plan.HeadDelay = reply.FirstDelay;
        if (body.BooleanProperty("stream") != true)
        {
            plan.Whole(200, writer.Whole(reply, prompt));
            return;
        }

        plan.ContentType = StreamType;
        plan.Headers.Add(new("Cache-Control", "no-cache"));
        plan.Streamed = true;
        plan.EventDelay = reply.EventDelay;
        plan.Body = writer.Stream(reply, prompt, body.Property("stream_options")?.BooleanProperty("include_usage") == true);
    }

    private OpenAiCompatibleReplyWriter Writer(CapturedRequest request) => new(
        string.Create(CultureInfo.InvariantCulture, $"chatcmpl-fake{Interlocked.Increment(ref _ids):D8}"),
        ModelOf(request),
        Time.GetUtcNow().ToUnixTimeSeconds(),
        Dialect == OpenAiDialect.OpenAi ? "fp_fake000001" : null);

    private ReplyPlan Refuse(ReplyPlan plan, OpenAiCompatibleError error)
    {
        plan.Whole(error.Status, error.Body(Dialect));
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

    private ReplyPlan Embed(ReplyPlan plan, CapturedRequest request)
    {
        if (request.Json is not { ValueKind: JsonValueKind.Object } body)
            return Refuse(plan, OpenAiCompatibleRules.NoJson);
        if (body.StringProperty("model") is not { } model)
            return Refuse(plan, OpenAiCompatibleRules.NoModel);
        if (body.Property("input") is not { } input)
        {
            return Refuse(plan, new OpenAiCompatibleError(
                400, "Missing required parameter: 'input'.", Param: "input", Code: "missing_required_parameter"));
        }

        string[] texts = input.ValueKind == JsonValueKind.Array
            ? [.. input.EnumerateArray().Select(e => e.ToString())]
            : [input.ToString()];
        var tokens = texts.Sum(FakeReply.Tokens);
        plan.Whole(200, JsonText.Of(json =>
        {
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            for (var i = 0; i < texts.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                WriteVector(json, FakeVectors.Of(texts[i]), body.StringProperty("encoding_format") == "base64");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", model);
            json.WriteObject("usage", () =>
            {
                json.WriteNumber("prompt_tokens", tokens);
                json.WriteNumber("total_tokens", tokens);
            });
        }));
        return plan;
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            json.WriteBase64String("embedding", bytes);
            return;
        }

        json.WriteStartArray("embedding");
        foreach (var number in vector)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static string ModelOf(CapturedRequest request) => request.Json?.StringProperty("model") ?? "unknown";
}
