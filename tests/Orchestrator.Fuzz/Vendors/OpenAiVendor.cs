using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>Servers that speak OpenAI's chat completions.</summary>
internal static class OpenAiVendor
{
    public static Vendor New() => new()
    {
        Name = "openai",
        Create = (client, strict) => new OpenAiCompatibleProvider("fuzzed", new()
        {
            BaseUrl = new Uri("http://server.example/v1"),
            Model = "gpt-4o-mini",
            ApiKey = Values.Key,
            MalformedEvents = strict ? MalformedEventAction.Throw : MalformedEventAction.SkipOne,
        }, client),
        StreamType = "text/event-stream",
        Marks = ["\"finish_reason\":\"", "[DONE]"],
        BareMarks = ["finish_reason", "[DONE]"],
        IsAnswer = body => body.Contains("\"choices\"", StringComparison.Ordinal),
        Streams =
        [
            """
            data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

            data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Forty-"},"finish_reason":null}]}

            data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"two 😀 \u0434а"},"finish_reason":null}]}

            data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"c1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":1}}}

            data: [DONE]


            """,
            """
            : waiting

            data: {"id":"c2","choices":[{"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]}}]}

            data: {"id":"c2","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}}]}

            data: {"id":"c2","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Омск\"}"}},{"index":1,"id":"call_b","function":{"name":"time","arguments":{"zone":"UTC"}}}]}}]}

            data: {"id":"c2","choices":[{"delta":{},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":"30","completion_tokens":9}}

            data: [DONE]

            """,
            """
            event: message
            id: 1
            data: {"choices":[{"delta":{"reasoning_content":"let me think"}}]}

            event: message
            id: 2
            data: {"choices":[{"delta":{"reasoning":"more","content":[{"type":"text","text":"in parts"}],"refusal":null}}]}

            data: [DONE]
            """,
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\ndata: "
            + "{\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"length\"}]}\r\n\r\n",
            """
            data: {"choices":[{"delta":{"content":"half an"}}]}

            event: error
            data: {"error":{"message":"the server is overloaded","type":"server_error","code":503}}

            """,
        ],
        Wholes =
        [
            """{"id":"w1","object":"chat.completion","created":1754000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":"""
            + """{"role":"assistant","content":"Forty-two 😀","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":"""
            + """{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16}}""",
            """{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","type":"function","function":"""
            + """{"name":"f","arguments":"{\"x\":[1,{\"y\":null}]}"}}]},"finish_reason":"tool_calls"}]}""",
            """{ "choices" : [ { "message" : { "content" : [ { "type" : "text", "text" : "parts" } ], "reasoning" : "why" } } ],"""
            + """ "usage" : { "total_tokens" : "7" } }""" + "\n",
            """{"error":{"message":"No such model","type":"invalid_request_error","param":null,"code":"model_not_found"}}""",
        ],
        Errors =
        [
            """{"error":{"message":"Rate limit reached for requests","type":"requests","param":null,"code":"rate_limit_exceeded"}}""",
            $$$"""{"error":{"message":"Incorrect API key provided: {{{Values.Key}}}. See the account """
            + $$$"""page.","type":"invalid_request_error","code":"invalid_api_key"}}""",
            """{"object":"error","message":"This model's maximum context length is 4096 tokens","type":"BadRequestError","code":400}""",
            """{"detail":[{"loc":["body","messages"],"msg":"field required"}]}""",
            "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
            "upstream connect error",
        ],
    };
}
