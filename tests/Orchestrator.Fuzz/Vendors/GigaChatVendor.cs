using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>GigaChat, version 1: the chat with a token at hand, the answers with tokens, and the questions that cost nothing.</summary>
internal static class GigaChatVendor
{
    private const string AuthPath = "/api/v2/oauth";

    public static Vendor New() => new()
    {
        Name = "gigachat",
        Create = (client, strict) => new GigaChatProvider("fuzzed", new()
        {
            BaseUrl = new Uri("http://server.example/api/v1"),
            AuthUrl = new Uri("http://server.example" + AuthPath),
            Model = "GigaChat-2",
            AuthorizationKey = Values.PairedKey,
            MalformedEvents = strict ? MalformedEventAction.Throw : MalformedEventAction.SkipOne,
        }, client),
        IsChat = request => request.RequestUri!.AbsolutePath != AuthPath,
        Other = _ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                $$"""{"access_token":"{{Values.Token}}","expires_at":4102444800000}""", Encoding.UTF8, "application/json"),
        },
        StreamType = "text/event-stream",
        Marks = ["\"finish_reason\":\"", "[DONE]"],
        BareMarks = ["finish_reason", "[DONE]"],
        IsAnswer = body => body.Contains("\"choices\"", StringComparison.Ordinal) && !body.Contains("\"error\"", StringComparison.Ordinal),
        Streams =
        [
            """
            data: {"choices":[{"delta":{"content":"Forty-","role":"assistant"},"index":0}],"created":1754000000,"model":"GigaChat-2:2.0.28.2","object":"chat.completion"}

            data: {"choices":[{"delta":{"content":"two 😀 \u0434а"},"index":0}],"created":1754000000,"model":"GigaChat-2:2.0.28.2","object":"chat.completion"}

            data: {"choices":[{"delta":{"content":""},"index":0,"finish_reason":"stop"}],"created":1754000000,"model":"GigaChat-2:2.0.28.2","usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16,"precached_prompt_tokens":3}}

            data: [DONE]


            """,
            """
            data: {"choices":[{"delta":{"content":"","role":"assistant","reasoning_content":"hm"},"index":0}],"model":"GigaChat-2"}

            data: {"choices":[{"delta":{"role":"function_in_progress","content":"asking"},"index":0}],"model":"GigaChat-2"}

            data: {"choices":[{"delta":{"content":"","function_call":{"name":"weather","arguments":{"city":"Омск","days":[1,2]}},"functions_state_id":"77d3fb14"},"index":0}],"model":"GigaChat-2"}

            data: {"choices":[{"delta":{"content":""},"index":0,"finish_reason":"function_call"}],"usage":{"prompt_tokens":"30","completion_tokens":9}}

            data: [DONE]

            """,
            """
            data: {"choices":[{"delta":{"content":"half an"}}]}

            data: {"status":429,"message":"Too many requests"}

            """,
        ],
        Wholes =
        [
            """{"choices":[{"message":{"content":"Forty-two 😀","role":"assistant"},"index":0,"finish_reason":"stop"}]"""
            + ""","created":1754000000,"model":"GigaChat-2:2.0.28.2","object":"chat.completion","usage":{"prompt_tokens":12"""
            + ""","completion_tokens":4,"total_tokens":16,"precached_prompt_tokens":0}}""",
            """{"choices":[{"message":{"content":"","role":"assistant","function_call":{"name":"f","arguments":{"x":[1,"""
            + """{"y":null}]}},"functions_state_id":"a"},"finish_reason":"function_call"}]}""" + "\n",
            """{"choices":[{"message":{"content":"","function_call":{"name":"f","arguments":"{\"x\":1}"}},"finish_reason":"error"}]}""",
            """{"status":500,"message":"Internal Server Error"}""",
        ],
        Errors =
        [
            """{"status":429,"message":"Too many requests"}""",
            """{"status":422,"message":"Invalid params: repetition_penalty must be in range (0, +inf)"}""",
            $$"""{"status":401,"message":"Token {{Values.Token}} has expired"}""",
            $$"""{"code":6,"message":"credentials {{Values.PairedKey}} ({{Values.Key}}) doesn't match db data"}""",
            $$"""{"status":413,"message":"Payload too large: {{Values.Prompt}}"}""",
            """{"message":"Unauthorized"}""",
            "<html><body>proxy</body></html>",
        ],
        Questions =
        [
            new("oauth",
                [
                    """{"access_token":"another-token","expires_at":4102444800000}""",
                    """{"tok":"another-token","exp":"1754000000"}""",
                    """{"code":4,"message":"Can't decode 'Authorization' header"}""",
                    """{"code":7,"message":"scope from db not fully includes consumed scope"}""",
                ],
                request => request.RequestUri!.AbsolutePath == AuthPath,
                Diagnosed.AskAsync),
            new("count",
                ["""[{"object":"tokens","tokens":7,"characters":36}]""", """[{"tokens":"12"}]""", "[]",
                    $$"""{"status":400,"message":"{{Values.Prompt}}"}"""],
                request => request.RequestUri!.AbsolutePath != AuthPath,
                CountAsync) { HasPrompt = true },
            new("models",
                ["""{"object":"list","data":[{"id":"GigaChat-2","object":"model","owned_by":"salutedevices","type":"chat"},"""
                    + """{"id":"Embeddings","type":"embedder"}]}""", """{"status":403,"message":"Permission denied"}"""],
                request => request.RequestUri!.AbsolutePath != AuthPath,
                (provider, token) => ((GigaChatProvider)provider).ListModelsAsync(token)),
            new("balance",
                ["""{"balance":[{"usage":"GigaChat-2","value":50000},{"usage":"Embeddings","value":"1e3"}]}""",
                    """{"status":403,"message":"Permission denied"}"""],
                request => request.RequestUri!.AbsolutePath != AuthPath,
                (provider, token) => ((GigaChatProvider)provider).GetBalanceAsync(token)),
        ],
    };

    private static async Task CountAsync(ILlmProvider provider, CancellationToken cancellationToken)
    {
        if (await ((GigaChatProvider)provider).CountTokensAsync([new ChatMessage(ChatRole.User, Values.Prompt)], cancellationToken) < 0)
            throw new FuzzFailure("a negative count of tokens");
    }
}
