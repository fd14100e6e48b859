using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>What servers of the protocol send that OpenAI does not: nothing twice, nothing lost, and only a good end is a good
/// answer.</summary>
public class DialectReadingTests
{
    private const string Done = "[DONE]";

    /// <summary>Events of a stream, and the text that comes of them.</summary>
    public static TheoryData<string, string[], string> Texts => new()
    {
        { "a delta and the message in one chunk", [Choice("""
            "delta":{"content":"ab"},"message":{"content":"ab"},"finish_reason":"stop"
            """), Done], "ab" },
        { "the whole message in the last chunk", [Delta("""
            "content":"ab"
            """), Choice("""
            "message":{"content":"ab"},"finish_reason":"stop"
            """), Done], "ab" },
        { "messages alone", [Choice("""
            "message":{"content":"a"}
            """), Choice("""
            "message":{"content":"b"},"finish_reason":"stop"
            """), Done], "ab" },
        { "an empty delta beside the message", [Choice("""
            "message":{"content":"ab"},"delta":{},"finish_reason":"stop"
            """), Done], "ab" },
        { "halves of a character", [Delta("""
            "content":"a\ud83d"
            """), Delta("""
            "content":"\ude00b"
            """), Finish("stop"), Done], "a😀b" },
        { "half a character at the end", [Delta("""
            "content":"a\ud83d"
            """), Finish("stop"), Done], "a\uFFFD" },
        { "half a character and another text", [Delta("""
            "content":"a\ud83d"
            """), Delta("""
            "content":"b"
            """), Finish("stop"), Done], "a\uFFFDb" },
        { "an empty error in a good chunk", ["""{"error":"","choices":[{"index":0,"delta":{"content":"ab"}}]}""", """
            {"error":{},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
            """.Trim(), Done], "ab" },
        {
            "an event of several lines",
            ["{\ndata: \"choices\":[{\"delta\":{\"content\":\"a}b\"},\ndata: \"finish_reason\":\"stop\"}]\ndata: }", Done],
            "a}b"
        },
        { "an unknown end with content", [Delta("""
            "content":"ab"
            """), Finish("eos_reached_somehow"), Done], "ab" },
    };

    /// <summary>Events of a stream that is no answer, and the error.</summary>
    public static TheoryData<string, string[], LlmErrorKind> Failures => new()
    {
        { "nothing", [Done], LlmErrorKind.MalformedResponse },
        { "no choices", ["""{"id":"x","choices":[]}""", Done], LlmErrorKind.MalformedResponse },
        { "a detail", ["""{"detail":"Internal Server Error"}""", Done], LlmErrorKind.ServerError },
        { "a code and a message", ["""{"code":"InternalError","message":"boom"}""", Done], LlmErrorKind.ServerError },
        { "a role and no more", [Delta("""
            "role":"assistant","content":""
            """), Done], LlmErrorKind.MalformedResponse },
        { "an unknown end without content", [Finish("eos_reached_somehow"), Done], LlmErrorKind.MalformedResponse },
        { "an abort", [Delta("""
            "content":"The ans"
            """), Finish("abort"), Done], LlmErrorKind.ServerError },
        { "no resources", [Delta("""
            "content":"The ans"
            """), Finish("insufficient_system_resource"), Done], LlmErrorKind.Unavailable },
        { "a broken network", [Finish("network_error"), Done], LlmErrorKind.Unavailable },
    };

    public static TheoryData<string, string> Ends => new()
    {
        { "MAX_TOKENS", "length" },
        { "model_length", "length" },
        { "STOP", "stop" },
        { "end_turn", "stop" },
        { "eos", "stop" },
        { "sensitive", "content_filter" },
        { "SAFETY", "content_filter" },
        { "tool_use", "tool_calls" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Nothing_comes_twice_and_nothing_is_lost(string shape, string[] events, string text)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(Stream(events));
            await using var router = InOrder(null, wire.Provider);
            (await router.RunAsync(streamed)).Text.Should().Be(text, shape);
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_is_no_answer_is_an_error_and_the_next_provider_is_asked(string shape, string[] events, LlmErrorKind kind)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(Stream(events));
            await using (var alone = InOrder(null, Left(wire.Provider)))
                (await alone.FailAsync<LlmException>(streamed)).Kind.Should().Be(kind, shape);
            wire.Server.Enqueue(Stream(events));
            await using var router = InOrder(null, wire.Provider, FakeProvider.Answering("b", "from b"));
            // In a live stream the text was handed out before it failed.
            if (streamed && events.Any(e => e.Contains("The ans", StringComparison.Ordinal)))
                (await router.FailAsync<LlmException>(streamed)).PartialText.Should().Be("The ans");
            else
                (await router.RunAsync(streamed)).Text.Should().Be("from b", shape);
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Ends_of_other_names_are_the_known_ones(string said, string reason)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Stream(Delta("\"content\":\"x\""), Finish(said), Done));
        (await wire.AnswerAsync(streamed: true)).FinishReason.Should().Be(new ChatFinishReason(reason));
        wire.Server.Enqueue(Fault.Body($$"""{"choices":[{"message":{"content":"x"},"finish_reason":"{{said}}"}]}"""));
        (await wire.AnswerAsync(streamed: false)).FinishReason.Should().Be(new ChatFinishReason(reason));
    }

    [Theory]
    [InlineData("""{"detail":"Internal Server Error"}""", LlmErrorKind.ServerError)]
    [InlineData("""{"id":"x","choices":[]}""", LlmErrorKind.MalformedResponse)]
    [InlineData("""{"choices":[{"message":{"content":"The ans"},"finish_reason":"abort"}]}""", LlmErrorKind.ServerError)]
    public async Task A_whole_body_that_is_no_answer_is_an_error(string body, LlmErrorKind kind)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Body(body));
        (await wire.FailAsync(streamed: false)).Error.Kind.Should().Be(kind);
    }

    [Theory]
    [InlineData(
        """{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}""",
        """{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}""",
        "f,g")]
    [InlineData(
        """{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}""",
        """{"index":0,"id":"z","function":{"arguments":"1}"}}""",
        "f")]
    [InlineData(
        """{"index":0,"function":{"name":"f","arguments":"{\"x\":1}"}}""",
        """{"index":0,"function":{"name":"f","arguments":"{\"x\":2}"}}""",
        "f,f")]
    public async Task Calls_at_one_index_are_told_apart_by_id_and_name(string first, string second, string names)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Stream(Delta($"\"tool_calls\":[{first}]"), Delta($"\"tool_calls\":[{second}]"), Finish("stop"), Done));
        var answer = await wire.AnswerAsync(streamed: true);
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().ToList();
        string.Join(',', calls.Select(c => c.Name)).Should().Be(names);
        calls.Select(c => c.CallId).Should().OnlyHaveUniqueItems().And.OnlyContain(id => id.Length > 0);
        calls.Should().OnlyContain(c => c.Exception == null);
        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
    }

    [Fact]
    public async Task The_legacy_function_call_is_a_call_with_an_id_of_its_own()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Stream(
            Delta("\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}"), Delta("\"function_call\":{\"arguments\":\"}\"}"),
            Finish("function_call"), Done));
        var call = (await wire.AnswerAsync(streamed: true)).Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();
        (call.Name, call.CallId.Length, call.Exception).Should().Be(("f", 9, null));
    }

    [Fact]
    public async Task Thoughts_come_once_however_many_names_they_have_and_images_are_content()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Stream(
            Delta("\"reasoning\":\"hm\",\"reasoning_content\":\"hm\""),
            Delta("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"mm\"}]}]"),
            Delta("\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"ok\"}]"),
            Delta("\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,QUJD\"}}]"),
            Finish("stop"), Done));
        var contents = (await wire.AnswerAsync(streamed: true)).Messages.SelectMany(m => m.Contents).ToList();
        string.Concat(contents.OfType<TextReasoningContent>().Select(c => c.Text)).Should().Be("hmmmok");
        contents.OfType<DataContent>().Should().ContainSingle().Which.MediaType.Should().Be("image/png");
    }

    [Theory]
    [InlineData(
        """{"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":7}},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""")]
    [InlineData("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":5.0,"completion_tokens":7.0}}]}""")]
    public async Task Usage_is_found_wherever_it_stands(string last)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Stream(Delta("\"content\":\"x\""), last, Done));
        var usage = (await wire.AnswerAsync(streamed: true)).Usage!;
        (usage.InputTokenCount, usage.OutputTokenCount).Should().Be((5, 7));
    }

    private static Wrapped Left(OpenAiCompatibleProvider provider) => new(provider, provider.Info);

    private static Fault Stream(params string[] events) =>
        Fault.Stream(Encoding.UTF8.GetBytes(string.Concat(events.Select(e => $"data: {e}\n\n"))));

    private static string Choice(string members) => $$"""{"choices":[{"index":0,{{members.Trim()}}}]}""";

    private static string Delta(string members) => Choice($$"""
        "delta":{ {{members.Trim()}} }
        """);

    private static string Finish(string reason) => Choice($$"""
        "delta":{},"finish_reason":"{{reason}}"
        """);
}
