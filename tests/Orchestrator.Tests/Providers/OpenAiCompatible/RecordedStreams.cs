using System.Text;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>Streams as servers of the family send them, with the place where the answer becomes whole.</summary>
internal sealed record RecordedStream(string Name, string Text, string Finish)
{
    public byte[] Bytes => Encoding.UTF8.GetBytes(Body);

    public string Body { get; init; } = "";

    /// <summary>How many bytes there are up to the end of the event that completes the answer, without its line end.</summary>
    public int Mark =>
        Encoding.UTF8.GetByteCount(
            Body[..Body.IndexOfAny(['\r', '\n'], Body.IndexOf($"\"finish_reason\":\"{Finish}\"", StringComparison.Ordinal))]);

    public override string ToString() => Name;
}

internal static class RecordedStreams
{
    public static RecordedStream Words { get; } = new("words and usage", "Привет, мир 🌍! Как дела?", "stop")
    {
        Body = """
            data: {"id":"c-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

            data: {"id":"c-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Привет,"},"finish_reason":null}],"usage":null}

            data: {"id":"c-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":" мир 🌍!"},"finish_reason":null}],"usage":null}

            data: {"id":"c-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":" \u041a\u0430к дела?"},"finish_reason":null}],"usage":null}

            data: {"id":"c-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

            data: {"id":"c-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":9,"total_tokens":16}}

            data: [DONE]


            """,
    };

    public static RecordedStream Tools { get; } = new("tool calls in parts", "Смотрю.", "tool_calls")
    {
        Body = """
            data: {"id":"c-2","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Смотрю."},"finish_reason":null}]}

            data: {"id":"c-2","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]},"finish_reason":null}]}

            data: {"id":"c-2","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]},"finish_reason":null}]}

            data: {"id":"c-2","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Тверь\"}"}}]},"finish_reason":null}]}

            data: {"id":"c-2","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """,
    };

    public static RecordedStream Sloppy { get; } = new("reasoning, comments, CRLF and usage on the last event", "Четыре 4️⃣", "length")
    {
        Body = """
            : keep-alive

            event: message
            data:{"id":"c-3","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"Два и два."}}]}

            data:{"id":"c-3","model":"m","choices":[{"index":0,"delta":{"content":"Четыре"}}]}
            data:{"id":"c-3","model":"m","choices":[{"index":0,"delta":{"content":" 4️⃣"}}]}

            data:{"id":"c-3","model":"m","choices":[{"index":0,"delta":{"content":""},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9}}

            data:[DONE]
            """.ReplaceLineEndings("\r\n"),
    };

    public static IEnumerable<RecordedStream> All => [Words, Tools, Sloppy];

    public static RecordedStream Named(string name) => All.Single(s => s.Name == name);

    public static TheoryData<string> Names => [.. All.Select(s => s.Name)];
}
