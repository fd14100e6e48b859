using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>Ollama's native protocol.</summary>
internal sealed class OllamaWallProtocol : IWallProtocol
{
    public string Name => "ollama";

    public string BrokenEvent => "{\"model\":\"x\",\"message\":{\"role\":\"assistant\",\"conte\n";

    public string EmptyEvent => "{\"model\":\"x\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n";

    // Its last line is both: the finish reason and the end.
    public Fault? MissingEndMark => null;

    public Fault? ContentPolicy => null;

    public TimeoutOptions? Timeouts => TimeoutOptions.Default;

    public Fault RefusesPrefill { get; } = Fault.Status(400, """{"error":"the last message must not be from the assistant"}""");

    public IEnumerable<OddStream> OddStreams
    {
        get
        {
            yield return new("invalid UTF-8", [.. "{\"message\":{\"content\":\""u8, 0xC3, 0x28, .. "\"},\"done\":true}\n"u8], null);
            yield return Odd("unknown fields",
                """{"zzz":[1],"message":{"role":"assistant","content":"fine","mood":{}},"done":true,"done_reason":"stop","x":"y"}""",
                "fine");
            yield return Odd("numbers as strings",
                """{"message":{"content":"fine"},"done":true,"done_reason":"stop","prompt_eval_count":"3","eval_count":"1"}""", "fine");
            yield return Odd("nulls everywhere",
                """{"model":null,"created_at":null,"message":{"role":null,"content":"fine","thinking":null,"tool_calls":null}"""
                + ""","done":true,"done_reason":null,"eval_count":null}""", "fine");
            yield return Odd("null message", """{"message":null,"done":null}""", null);
            yield return Odd("a lone surrogate", """{"message":{"content":"\ud800"},"done":true}""", null);
            yield return Odd("usage that is nonsense",
                """{"message":{"content":"fine"}"""
                + ""","done":true,"done_reason":"stop","prompt_eval_count":-5,"eval_count":9223372036854775808}""", "fine");
        }
    }

    public FakeLlmServer StartServer(FaultServerOptions options) => new FakeOllamaServer(options) { ApiKey = WallSecrets.ApiKey };

    public ILlmProvider CreateProvider(string name, Uri address, string model, TimeProvider clock, HttpClient? client = null) =>
        new OllamaProvider(name, new OllamaOptions { BaseUrl = address, Model = model, ApiKey = WallSecrets.ApiKey }, client, clock);

    public Uri BaseOf(Uri root) => root;

    public int EventsOf(int words) => words;

    public bool HasPrefill(CapturedRequest request) => WallJson.LastRole(request) == "assistant";

    public bool IsChat(CapturedRequest request) => request.Path == "/api/chat";

    private static OddStream Odd(string name, string json, string? text) => new(name, Encoding.UTF8.GetBytes(json + "\n"), text);
}
