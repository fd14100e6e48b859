using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>Yandex's native text generation: the chat, the answers with IAM tokens, and the tokenizer.</summary>
internal static class YandexGptVendor
{
    private const string TokenPath = "/computeMetadata/";

    public static Vendor New()
    {
        var clock = new LeapingClock();
        return new()
        {
            Name = "yandexgpt",
            // Lenient with a token, strict with a key, which are the same: neither may get into an error.
            Create = (client, strict) => new YandexGptProvider("fuzzed", new()
            {
                BaseUrl = new Uri("http://server.example"),
                MetadataUrl = new Uri("http://server.example"),
                Model = "yandexgpt-5-lite",
                FolderId = "b1gfuzz",
                ApiKey = strict ? Values.Key : null,
                UseMetadata = !strict,
                MalformedEvents = strict ? MalformedEventAction.Throw : MalformedEventAction.SkipOne,
            }, client, clock),
            IsChat = IsChat,
            Other = _ => new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    $$"""{"access_token":"{{Values.Key}}","expires_in":43200,"token_type":"Bearer"}""", Encoding.UTF8, "application/json"),
            },
            StreamType = "application/json",
            Marks = ["STATUS_FINAL", "TRUNCATED_FINAL", "TOOL_CALLS"],
            BareMarks = ["status"],
            IsAnswer = body => body.Contains("\"alternatives\"", StringComparison.Ordinal),
            Streams =
            [
                """
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"Forty-"},"status":"ALTERNATIVE_STATUS_PARTIAL"}],"usage":{"inputTextTokens":"12","completionTokens":"1","totalTokens":"13","completionTokensDetails":{"reasoningTokens":"0"}},"modelVersion":"09.02.2025"}}
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"Forty-two 😀 \u0434а"},"status":"ALTERNATIVE_STATUS_PARTIAL"}],"usage":{"inputTextTokens":"12","completionTokens":"3","totalTokens":"15"},"modelVersion":"09.02.2025"}}
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"Forty-two 😀 \u0434а!"},"status":"ALTERNATIVE_STATUS_FINAL"}],"usage":{"inputTextTokens":"12","completionTokens":"4","totalTokens":"16"},"modelVersion":"09.02.2025"}}

                """,
                """
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"В \ud83c"},"status":"ALTERNATIVE_STATUS_PARTIAL"}]}}
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"В \ud83c\udf32 \\ \"лесу\""},"status":"ALTERNATIVE_STATUS_PARTIAL"}]}}
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"В 🌲 \\ \"лесу\" тихо"},"status":"ALTERNATIVE_STATUS_TRUNCATED_FINAL"}],"usage":{"inputTextTokens":5,"completionTokens":7,"totalTokens":14,"completionTokensDetails":{"reasoningTokens":2}}}}
                """,
                """
                {"alternatives":[{"message":{"role":"assistant","toolCallList":{"toolCalls":[{"functionCall":{"name":"weather","arguments":{"city":"Омск","days":[1,2]}}},{"functionCall":{"name":"time","arguments":"{\"zone\":\"UTC\"}"}}]}},"status":"ALTERNATIVE_STATUS_TOOL_CALLS"}],"modelVersion":"x"}
                """,
                """
                {"result":{"alternatives":[{"message":{"role":"assistant","text":"half an"},"status":"ALTERNATIVE_STATUS_PARTIAL"}]}}
                {"error":{"grpcCode":8,"httpCode":429,"message":"gauge quota limit exceed: allowed 10 requests","httpStatus":"Too Many Requests","details":[]}}

                """,
            ],
            Wholes =
            [
                """{"result":{"alternatives":[{"message":{"role":"assistant","text":"Forty-two 😀"},"status":"ALTERNATIVE_STATUS_FINAL"}]"""
                + ""","usage":{"inputTextTokens":"12","completionTokens":"4","totalTokens":"16"},"modelVersion":"09.02.2025"}}""",
                """{"alternatives":[{"message":{"role":"assistant","toolCallList":{"toolCalls":[{"functionCall":{"name":"f","arguments":"""
                + """{"x":[1,{"y":null}]}}}]}},"status":"ALTERNATIVE_STATUS_TOOL_CALLS"}]}""" + "\n",
                """{"error":{"grpcCode":13,"httpCode":500,"message":"internal error","httpStatus":"Internal Server Error","details":[]}}""",
            ],
            Errors =
            [
                """{"error":{"grpcCode":3,"httpCode":400,"message":"Number of input tokens must be no more than 32768,"""
                + """ got 40000","httpStatus":"Bad Request","details":[]}}""",
                $$$"""{"error":{"grpcCode":16,"httpCode":401,"message":"Unknown api key {{{Values.Key}}},"""
                + $$$""" token {{{Values.Key}}}","httpStatus":"Unauthorized","details":[]}}""",
                """{"code":7,"message":"Permission denied","details":"""
                + """[{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"fa4e"}]}""",
                $$$"""{"error":{"grpcCode":3,"message":"empty message text: {{{Values.Prompt}}}"}}""",
                """{"error":"Specified folder ID 'b1ga' does not match with service account folder ID 'b1gb'"}""",
                "<html><body>proxy</body></html>",
            ],
            Questions =
            [
                new("iam",
                    [
                        """{"iamToken":"another-token","expiresAt":"2026-08-01T12:00:00.123456789Z"}""",
                        """{"access_token":"another-token","expires_in":"43200","token_type":"Bearer"}""",
                        """{"code":16,"message":"JWT: wrong signature","details":[]}""",
                    ],
                    request => !IsChat(request),
                    (provider, token) =>
                    {
                        // The token of the input before, or the memory of its error, is over.
                        clock.Leap();
                        return Diagnosed.AskAsync(provider, token);
                    }) { HasKey = false },
                new("tokenize",
                    ["""{"tokens":[{"id":"1","text":"▁х","special":false},{"id":"2"}],"modelVersion":"09.02.2025"}""",
                        """{"result":{"tokens":[{}]}}""", $$"""{"code":3,"message":"{{Values.Prompt}}"}"""],
                    IsChat,
                    (provider, token) =>
                        ((YandexGptProvider)provider).CountTokensAsync([new ChatMessage(ChatRole.User, Values.Prompt)], token))
                    {
                        HasPrompt = true
                    },
            ],
        };
    }

    private static bool IsChat(HttpRequestMessage request) =>
        !request.RequestUri!.AbsolutePath.StartsWith(TokenPath, StringComparison.Ordinal);

    /// <summary>The system's clock, past the longest use of a token whenever it is asked to be.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private static readonly TimeSpan Step = TimeSpan.FromMinutes(61);
        private TimeSpan _ahead;

        public void Leap() => _ahead += Step;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(_ahead.TotalSeconds * TimestampFrequency);
    }
}
