using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>OpenAI's protocol, as OpenAI or as another vendor speaks it.</summary>
internal sealed class OpenAiWallProtocol(Dialect dialect) : IWallProtocol
{
    public OpenAiWallProtocol()
        : this(DialectList.Of(OpenAiDialect.OpenAi))
    {
    }

    public string Name => dialect.Word;

    public string BrokenEvent => "data: {\"choices\":[{\"index\":0,\"delta\":{\"conte\n\n";

    public string EmptyEvent => "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":null}]}\n\n";

    // The finish reason has come; the usage too, and then nothing.
    public Fault MissingEndMark { get; } = Fault.MissingTerminator().And(Fault.CutAfterEvents(int.MaxValue, CutKind.Stall));

    // A vendor that has words of its own for it says them.
    public Fault ContentPolicy { get; } = dialect.Errors.Of(LlmErrorKind.ContentFiltered, "") is not null
        ? Fault.Error(LlmErrorKind.ContentFiltered)
        : Fault.Status(
            400,
            """{"error":{"message":"Your request was rejected by our safety system.","type":"invalid_request_error","param":null"""
            + ""","code":"content_policy_violation"}}""");

    public Fault RefusesPrefill { get; } = Fault.Status(
        400,
        """{"error":{"message":"The last message must not be from the """
        + """assistant.","type":"invalid_request_error","param":"messages","code":null}}""");

    public IEnumerable<OddStream> OddStreams
    {
        get
        {
            yield return new("invalid UTF-8",
                [.. "data: {\"choices\":[{\"delta\":{\"content\":\""u8, 0xC3, 0x28,
                    .. "\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"u8], null);
            yield return Odd("unknown fields",
                """{"zzz":[1,{"y":null}],"choices":[{"index":0,"delta":{"role":"assistant","content":"fine","mood":{}}"""
                + ""","extra":7,"finish_reason":"stop"}],"x":"y"}""", "fine");
            yield return Odd("numbers as strings",
                """{"created":"17","choices":[{"index":"0","delta":{"content":"fine"},"finish_reason":"stop"}]"""
                + ""","usage":{"prompt_tokens":"3","completion_tokens":"1","total_tokens":"4"}}""", "fine");
            yield return Odd("nulls everywhere",
                """{"id":null,"model":null,"created":null,"usage":null,"system_fingerprint":null,"choices":[{"index":null,"logprobs":null"""
                + ""","delta":{"role":null,"content":"fine","tool_calls":null,"refusal":null},"finish_reason":"stop"}]}""", "fine");
            yield return Odd("null choices", """{"choices":null}""", null);
            yield return Odd("null delta", """{"choices":[{"delta":null,"finish_reason":null}]}""", null);
            yield return Odd("an unknown finish reason",
                """{"choices":[{"index":0,"delta":{"content":"fine"},"finish_reason":"eos_token_7"}]}""", "fine");
            yield return Odd("empty choices", """{"choices":[]}""", null);
            yield return Odd("two choices",
                """{"choices":[{"index":0,"delta":{"content":"fine"},"finish_reason":"stop"},{"index":1,"delta":{"content":"other"}"""
                + ""","finish_reason":"stop"}]}""", "fine");
            yield return Odd("tool calls and no text",
                """{"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0"""
                + ""","id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""", "");
            yield return Odd("a lone surrogate", """{"choices":[{"delta":{"content":"\ud800"},"finish_reason":"stop"}]}""", null);
            yield return Odd("usage that is nonsense",
                """{"choices":[{"delta":{"content":"fine"},"finish_reason":"stop"}]"""
                + ""","usage":{"prompt_tokens":-5,"completion_tokens":9223372036854775808,"total_tokens":1.5}}""", "fine");
        }
    }

    public FakeLlmServer StartServer(FaultServerOptions options) =>
        new FakeOpenAiServer(options)
        {
            Dialect = dialect.Name,
            Strict = true,
            ApiKey = WallSecrets.ApiKey,
        };

    public ILlmProvider CreateProvider(string name, Uri address, string model, TimeProvider clock, HttpClient? client = null) =>
        new OpenAiCompatibleProvider(name, WallDialects.OptionsFor(dialect.Name, address, model, WallSecrets.ApiKey), client, clock);

    public Uri BaseOf(Uri root) => new(root, dialect.BasePath);

    // The first event names the role, as a rule.
    public int EventsOf(int words) => words + dialect.Shape.LeadingEvents;

    public bool HasPrefill(CapturedRequest request) => WallJson.LastRole(request) == "assistant";

    public bool IsChat(CapturedRequest request) => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal);

    private static OddStream Odd(string name, string json, string? text) =>
        new(name, Encoding.UTF8.GetBytes($"data: {json}\n\ndata: [DONE]\n\n"), text);
}
