namespace Orchestrator.ClientCuts;

/// <summary>Answers of text, of reasoning and of a tool call, in both protocols.</summary>
internal static class Recordings
{
    private const string Chunk =
        """data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[""";

    private const string Line = """{"model":"m","created_at":"2026-03-01T08:00:00.5Z","message":{"role":"assistant",""";

    public static IReadOnlyList<Recording> OpenAi { get; } =
    [
        OfOpenAi("text", "Река впадает в море 🌊.", "stop",
            """{"index":0,"delta":{"role":"assistant","content":"Река"},"finish_reason":null}""",
            """{"index":0,"delta":{"content":" впадает в"},"finish_reason":null}""",
            """{"index":0,"delta":{"content":" море 🌊."},"finish_reason":null}"""),
        OfOpenAi("tool call", "Узнаю.", "tool_calls",
            """{"index":0,"delta":{"role":"assistant","content":"Узнаю."},"finish_reason":null}""",
            """{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"depth","arguments":""}}]}"""
            + ""","finish_reason":null}""",
            """{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"river\":"}}]},"finish_reason":null}""",
            """{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Обь\"}"}}]},"finish_reason":null}"""),
    ];

    public static IReadOnlyList<Recording> Ollama { get; } =
    [
        OfOllama("text", "Река впадает в море 🌊.", "\"content\":\"Река\"", "\"content\":\" впадает в\"", "\"content\":\" море 🌊.\""),
        OfOllama("reasoning", "Да.", "\"content\":\"\",\"thinking\":\"хм 🤔\"", "\"content\":\"Да.\""),
        OfOllama("tool call", "Узнаю.", "\"content\":\"Узнаю.\"",
            "\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"function\":{\"index\":0,\"name\":\"depth\","
            + "\"arguments\":{\"river\":\"Обь\"}}}]"),
    ];

    private static Recording OfOpenAi(string name, string text, string finish, params string[] choices)
    {
        List<string> events = [.. choices.Select(c => $"{Chunk}{c}]}}\n\n")];
        var last = events.Count;
        events.Add($$"""{{Chunk}}{"index":0,"delta":{},"finish_reason":"{{finish}}"}]}""" + "\n\n");
        events.Add(Chunk + """],"usage":{"prompt_tokens":6,"completion_tokens":8,"total_tokens":14}}""" + "\n\n");
        events.Add("data: [DONE]\n\n");
        return new(name, text, events, last, "data: {\"id\": nonsense\n\n",
            """data: {"error":{"message":"The engine stopped.","type":"server_error","code":500}}""" + "\n\ndata: [DONE]\n\n");
    }

    private static Recording OfOllama(string name, string text, params string[] messages)
    {
        List<string> events = [.. messages.Select(m => $"{Line}{m}}},\"done\":false}}\n")];
        var last = events.Count;
        events.Add(Line + """ "content":""},"done":true,"done_reason":"stop","total_duration":5000,"prompt_eval_count":6,"eval_count":8}"""
            + "\n");
        return new(name, text, events, last, "{\"model\": nonsense\n", """{"error":"llama runner process has terminated"}""" + "\n");
    }
}
