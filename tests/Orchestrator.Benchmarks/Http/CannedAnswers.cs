using System.Globalization;
using System.Text;

namespace Orchestrator.Benchmarks;

/// <summary>Answers of a server, as bytes made beforehand: what a request costs the server is finding out which.</summary>
internal static class CannedAnswers
{
    public const int Events = 200;

    /// <summary>A model by this name streams twice as many events: the difference is what an event costs.</summary>
    public const string LongModel = "twice-as-long";

    private static readonly byte[] OpenAiWhole = Whole("""
        {"id":"chatcmpl-7Qm2","object":"chat.completion","created":1790000000,"model":"small-model","choices":[{"index":0,"message":{"role":"assistant","content":"The sky is blue because air scatters short waves of light more than long ones.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":14,"completion_tokens":17,"total_tokens":31,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"service_tier":"default","system_fingerprint":"fp_2b8a"}
        """);

    private static readonly byte[] OllamaWhole = Whole("""
        {"model":"small-model","created_at":"2026-11-23T10:00:00.123456789Z","message":{"role":"assistant","content":"The sky is blue because air scatters short waves of light more than long ones."},"done":true,"done_reason":"stop","total_duration":812345678,"load_duration":12345678,"prompt_eval_count":14,"prompt_eval_duration":112345678,"eval_count":17,"eval_duration":612345678}
        """);

    private static readonly byte[] OpenAiShort = OpenAiStream(Events), OpenAiLong = OpenAiStream(2 * Events);
    private static readonly byte[] OllamaShort = OllamaStream(Events), OllamaLong = OllamaStream(2 * Events);

    /// <summary>What is asked for by these bytes of a request, head and body.</summary>
    public static byte[] For(ReadOnlySpan<byte> request)
    {
        var isLong = request.IndexOf("twice-as-long"u8) >= 0;
        if (request.IndexOf("/api/chat"u8) >= 0)
            return request.IndexOf("\"stream\":false"u8) >= 0 ? OllamaWhole : isLong ? OllamaLong : OllamaShort;
        return request.IndexOf("\"stream\":true"u8) < 0 ? OpenAiWhole : isLong ? OpenAiLong : OpenAiShort;
    }

    /// <summary>The body of a short stream without its chunks, for readers without a server.</summary>
    public static byte[] Body(bool openAi) => Encoding.ASCII.GetBytes(string.Concat(openAi ? OpenAiParts(Events) : OllamaParts(Events)));

    private static byte[] Whole(string json) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_7Qm2\r\nContent-Length: {json.Length}\r\n\r\n{json}"));

    private static byte[] OpenAiStream(int events) => Chunked("text/event-stream", OpenAiParts(events));

    private static byte[] OllamaStream(int events) => Chunked("application/x-ndjson", OllamaParts(events));

    private static IEnumerable<string> OpenAiParts(int events)
    {
        const string head = """data: {"id":"chatcmpl-7Qm2","object":"chat.completion.chunk","created":1790000000"""
            + ""","model":"small-model","service_tier":"default","system_fingerprint":"fp_2b8a","choices":[""";
        IEnumerable<string> parts =
        [
            head + """{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]"""
                + ""","usage":null}""",
            .. Enumerable.Range(0, events).Select(
                i => head + $$"""{"index":0,"delta":{"content":" word{{i}}"},"logprobs":null,"finish_reason":null}],"usage":null}"""),
            head + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}""",
            head + """],"usage":{"prompt_tokens":14,"completion_tokens":200,"total_tokens":214}}""",
            "data: [DONE]",
        ];
        return parts.Select(p => p + "\n\n");
    }

    private static IEnumerable<string> OllamaParts(int events) =>
    [
        .. Enumerable.Range(0, events).Select(i => $$$"""{"model":"small-model","created_at":"2026-11-23T10:00:00.123456789Z","message":"""
            + $$$"""{"role":"assistant","content":" word{{{i}}}"},"done":false}""" + "\n"),
        """{"model":"small-model","created_at":"2026-11-23T10:00:01.123456789Z","message":{"role":"assistant","content":""}"""
        + ""","done":true,"done_reason":"stop","total_duration":812345678,"load_duration":12345678,"prompt_eval_count":14"""
        + ""","prompt_eval_duration":112345678,"eval_count":200,"eval_duration":612345678}"""
            + "\n",
    ];

    /// <summary>An event a chunk, as servers send them that do not wait.</summary>
    private static byte[] Chunked(string mediaType, IEnumerable<string> parts)
    {
        var text = new StringBuilder(
            $"HTTP/1.1 200 OK\r\nContent-Type: {mediaType}\r\nx-request-id: req_7Qm2\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var part in parts)
            text.Append(CultureInfo.InvariantCulture, $"{part.Length:x}\r\n{part}\r\n");
        return Encoding.ASCII.GetBytes(text.Append("0\r\n\r\n").ToString());
    }
}
