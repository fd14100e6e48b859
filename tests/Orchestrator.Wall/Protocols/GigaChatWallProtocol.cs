using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>GigaChat's protocol, version 1, with access tokens fetched by an authorization key.</summary>
internal sealed class GigaChatWallProtocol : IWallProtocol, IWallTokens
{
    private const string Version = "1";

    public string Name => "gigachat";

    public string BrokenEvent => "data: {\"choices\":[{\"index\":0,\"delta\":{\"conte\n\n";

    public string EmptyEvent => "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n";

    // The finish reason has come with the usage, and then nothing.
    public Fault MissingEndMark { get; } = Fault.MissingTerminator().And(Fault.CutAfterEvents(int.MaxValue, CutKind.Stall));

    // What it will not speak of it answers, with a finish reason of its own.
    public Fault? ContentPolicy => null;

    public Fault RefusesPrefill { get; } = Fault.Status(
        400, """{"status":400,"message":"the last message must not be from the assistant"}""");

    // A private account has one generation at a time.
    public int? MaxConcurrency => 4096;

    public IWallTokens Tokens => this;

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
                """{"model":null,"created":null,"usage":null,"choices":[{"index":null,"delta":"""
                + """{"role":null,"content":"fine","function_call":null,"functions_state_id":null},"finish_reason":"stop"}]}""", "fine");
            yield return Odd("null choices", """{"choices":null}""", null);
            yield return Odd("null delta", """{"choices":[{"delta":null,"finish_reason":null}]}""", null);
            yield return Odd("a lone surrogate", """{"choices":[{"delta":{"content":"\ud800"},"finish_reason":"stop"}]}""", null);
            yield return Odd("usage that is nonsense",
                """{"choices":[{"delta":{"content":"fine"},"finish_reason":"stop"}]"""
                + ""","usage":{"prompt_tokens":-5,"completion_tokens":9223372036854775808,"total_tokens":1.5}}""", "fine");
        }
    }

    public FakeLlmServer StartServer(FaultServerOptions options) => new FakeGigaChatServer(options)
    {
        AuthorizationKey = WallSecrets.PairedKey,
        Models = [new(WallWorld.PrimaryModel, Version: Version), new(WallWorld.SecondaryModel, Version: Version)],
    };

    public ILlmProvider CreateProvider(string name, Uri address, string model, TimeProvider clock, HttpClient? client = null) =>
        new GigaChatProvider(
            name,
            new GigaChatOptions
            {
                BaseUrl = address,
                AuthUrl = new Uri(address, "/api/v2/oauth"),
                Model = model,
                AuthorizationKey = WallSecrets.PairedKey,
            },
            client,
            clock);

    public Uri BaseOf(Uri root) => new(root, "api/v1");

    // The role comes with the first word.
    public int EventsOf(int words) => words;

    public string AnsweredModel(string model) => $"{model}:{Version}";

    public bool HasPrefill(CapturedRequest request) => WallJson.LastRole(request) == "assistant";

    public bool IsChat(CapturedRequest request) => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal);

    public void Expire(FakeLlmServer server) => ((FakeGigaChatServer)server).ExpireTokens();

    public int CountOf(FakeLlmServer server) => ((FakeGigaChatServer)server).TokenCount;

    private static OddStream Odd(string name, string json, string? text) =>
        new(name, Encoding.UTF8.GetBytes($"data: {json}\n\ndata: [DONE]\n\n"), text);
}
