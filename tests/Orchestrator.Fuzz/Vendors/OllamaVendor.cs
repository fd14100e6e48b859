using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>Ollama's own protocol.</summary>
internal static class OllamaVendor
{
    public static Vendor New() => new()
    {
        Name = "ollama",
        Create = (client, strict) => new OllamaProvider("fuzzed", new()
        {
            BaseUrl = new Uri("http://server.example:11434"),
            Model = "llama3.2",
            ApiKey = Values.Key,
            MalformedEvents = strict ? MalformedEventAction.Throw : MalformedEventAction.SkipOne,
        }, client),
        StreamType = "application/x-ndjson",
        Marks = ["\"done\":true"],
        BareMarks = ["done"],
        IsAnswer = body => body.Contains("\"done\":true", StringComparison.Ordinal),
        Streams =
        [
            """
            {"model":"llama3.2","created_at":"2026-08-01T12:00:00Z","message":{"role":"assistant","content":"Forty-"},"done":false}
            {"model":"llama3.2","created_at":"2026-08-01T12:00:01Z","message":{"role":"assistant","content":"two 😀 \u0434а"},"done":false}
            {"model":"llama3.2","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":5000000,"prompt_eval_count":12,"prompt_eval_cached_count":2,"eval_count":4}

            """,
            """
            {"model":"qwen3","message":{"role":"assistant","content":"","thinking":"let me see"},"done":false}
            {"model":"qwen3","message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":0,"name":"weather","arguments":{"city":"Омск","days":[1,2]}}}]},"done":false}
            {"model":"qwen3","message":{"role":"assistant","content":"","tool_calls":[{"id":"b","function":{"name":"time","arguments":"{\"zone\":\"UTC\"}"}}]},"done":false}
            {"model":"qwen3","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","eval_count":"9"}
            """,
            """
            {"model":"llama3.2","message":{"role":"assistant","content":"half an"},"done":false}
            {"error":"an error was encountered while running the model: unexpected EOF"}

            """,
        ],
        Wholes =
        [
            """{"model":"llama3.2","created_at":"2026-08-01T12:00:00Z","message":{"role":"assistant","content":"Forty-two 😀"}"""
            + ""","done_reason":"stop","done":true,"prompt_eval_count":12,"eval_count":4}""",
            """{"model":"qwen3","message":{"content":"","thinking":"hm","tool_calls":[{"function":{"name":"f","arguments":{"x":[1,"""
            + """{"y":null}]}}}]},"done":true}""" + "\n",
            """{"error":"llama runner process has terminated"}""",
        ],
        Errors =
        [
            """{"error":"model 'llama9' not found"}""",
            """{"error":"model requires more system memory (8.0 GiB) than is available (4.1 GiB)"}""",
            """{"error":{"message":"the input length exceeds the context length","type":"api_error"}}""",
            $$"""{"error":"unauthorized: {{Values.Key}}"}""",
            "404 page not found",
            "<html><body>proxy</body></html>",
        ],
        Questions =
        [
            new("show",
                [
                    """{"license":"MIT","details":{"family":"llama","families":["llama"]}"""
                    + ""","model_info":{"general.architecture":"llama","llama.context_length":131072,"llama.rope.freq_base":500000}"""
                    + ""","capabilities":["completion","tools","vision"]}""",
                    """{"model_info":{"qwen3.context_length":"40960","tokenizer.ggml.tokens":null},"capabilities":["thinking"]}""",
                    """{"error":"model 'x' not found"}""",
                ],
                _ => true,
                DescribeAsync),
        ],
    };

    private static async Task DescribeAsync(ILlmProvider provider, CancellationToken cancellationToken)
    {
        var model = await ((OllamaProvider)provider).DescribeAsync(cancellationToken);
        if (model.ContextLength < 0)
            throw new FuzzFailure("a negative context length");
    }
}
