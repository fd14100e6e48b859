using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>The native protocol of Yandex's text generation, with IAM tokens of the metadata service.</summary>
internal sealed class YandexGptWallProtocol : IWallProtocol, IWallTokens
{
    private const string Folder = "b1gwall";

    public string Name => "yandexgpt";

    public string BrokenEvent => "{\"result\":{\"alternatives\":[{\"message\":{\"role\":\"assistant\",\"te\n";

    public string EmptyEvent =>
        "{\"result\":{\"alternatives\":[{\"message\":{\"role\":\"assistant\",\"text\":\"\"},"
        + "\"status\":\"ALTERNATIVE_STATUS_PARTIAL\"}]}}\n";

    // Its last line is both: the finish reason and the end.
    public Fault? MissingEndMark => null;

    // What it will not speak of it answers, with a status of its own.
    public Fault? ContentPolicy => null;

    public Fault RefusesPrefill { get; } = Fault.Status(
        400, """{"error":{"grpcCode":3,"httpCode":400,"message":"the last message must not be from the assistant","httpStatus":"Bad """
            + """Request","details":[]}}""");

    // An account has ten generations at a time.
    public int? MaxConcurrency => 4096;

    public IWallTokens Tokens => this;

    public IEnumerable<OddStream> OddStreams
    {
        get
        {
            yield return new("invalid UTF-8",
                [.. "{\"result\":{\"alternatives\":[{\"message\":{\"text\":\""u8, 0xC3, 0x28,
                    .. "\"},\"status\":\"ALTERNATIVE_STATUS_FINAL\"}]}}\n"u8], null);
            yield return Odd("unknown fields",
                """{"zzz":[1],"result":{"alternatives":[{"message":{"role":"assistant","text":"fine","mood":{}}"""
                + ""","status":"ALTERNATIVE_STATUS_FINAL","extra":7}],"x":"y"}}""", "fine");
            yield return Odd("numbers as numbers",
                """{"result":{"alternatives":[{"message":{"text":"fine"},"status":"ALTERNATIVE_STATUS_FINAL"}]"""
                + ""","usage":{"inputTextTokens":3,"completionTokens":1,"totalTokens":4}}}""", "fine");
            yield return Odd("nulls everywhere",
                """{"error":null,"result":{"alternatives":[{"message":{"role":null,"text":"fine","toolCallList":null}"""
                + ""","status":"ALTERNATIVE_STATUS_FINAL"}],"usage":null,"modelVersion":null}}""", "fine");
            yield return Odd("null alternatives", """{"result":{"alternatives":null}}""", null);
            yield return Odd("null message", """{"result":{"alternatives":[{"message":null,"status":null}]}}""", null);
            yield return Odd("a lone surrogate",
                """{"result":{"alternatives":[{"message":{"text":"\ud800"},"status":"ALTERNATIVE_STATUS_FINAL"}]}}""", null);
            yield return Odd("usage that is nonsense",
                """{"result":{"alternatives":[{"message":{"text":"fine"},"status":"ALTERNATIVE_STATUS_FINAL"}]"""
                + ""","usage":{"inputTextTokens":"-5","completionTokens":"9223372036854775808","totalTokens":1.5}}}""", "fine");
        }
    }

    public FakeLlmServer StartServer(FaultServerOptions options) =>
        new FakeYandexGptServer(options) { ApiKey = WallSecrets.ApiKey, FolderId = Folder };

    public ILlmProvider CreateProvider(string name, Uri address, string model, TimeProvider clock, HttpClient? client = null) =>
        new YandexGptProvider(
            name,
            new YandexGptOptions
            {
                BaseUrl = address,
                MetadataUrl = new Uri(address, "/"),
                UseMetadata = true,
                FolderId = Folder,
                Model = model,
            },
            client,
            clock);

    public Uri BaseOf(Uri root) => new(root, "foundationModels/v1");

    public int EventsOf(int words) => words;

    public bool HasPrefill(CapturedRequest request) => WallJson.LastRole(request) == "assistant";

    public bool IsChat(CapturedRequest request) => request.Path.EndsWith("/completion", StringComparison.Ordinal);

    public void Expire(FakeLlmServer server) => ((FakeYandexGptServer)server).RevokeTokens();

    public int CountOf(FakeLlmServer server) => ((FakeYandexGptServer)server).TokenCount;

    private static OddStream Odd(string name, string json, string? text) => new(name, Encoding.UTF8.GetBytes(json + "\n"), text);
}
