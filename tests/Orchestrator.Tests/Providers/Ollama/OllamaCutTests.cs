using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>Never an answer from a stream that was cut: every byte offset before the end of the done line.</summary>
public class OllamaCutTests
{
    private static readonly Dictionary<string, byte[]> Streams = new()
    {
        ["text"] = OllamaCase.Lines(OllamaCase.Piece("The"), OllamaCase.Piece(" tree"), OllamaCase.Piece(" is tall."), OllamaCase.Done),
        ["multi-byte and thinking"] = OllamaCase.Lines(
            """{"model":"pine","message":{"role":"assistant","content":"","thinking":"хм 🤔"},"done":false}""",
            OllamaCase.Piece("Ёлка"), OllamaCase.Piece(" 🌲🌲"), OllamaCase.Done),
        ["tool call"] = OllamaCase.Lines(
            OllamaCase.Piece("Measuring."),
            """{"model":"pine","message":{"role":"assistant","content":"","tool_calls":[{"id":"c-1","function":"""
            + """{"index":0,"name":"measure","arguments":{"tree":"ель"}}}]},"done":false}""",
            """{"model":"pine","message":{"role":"assistant","content":""},"done_reason":"stop","done":true,"eval_count":5}"""),
    };

    public static TheoryData<string, CutKind> Cuts()
    {
        var data = new TheoryData<string, CutKind>();
        foreach (var name in Streams.Keys)
        {
            foreach (var kind in new[] { CutKind.Close, CutKind.Reset, CutKind.Clean })
                data.Add(name, kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Every_cut_is_a_typed_error_after_the_text_so_far(string name, CutKind kind)
    {
        var body = Streams[name];
        await using var test = new OllamaCase();
        for (var at = 0; at < body.Length - 1; at++)
        {
            test.Server.Enqueue(Fault.Stream(body).And(Fault.CutAfterBytes(at, kind)));
            var (text, error) = await test.FailAsync(streamed: true);
            error.Kind.Should().BeOneOf(
                [LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"the stream was cut after {at} bytes");
            var (least, most) = TextBefore(body, at);
            if (kind == CutKind.Reset)
                most.Should().StartWith(text);
            else
                text.Should().BeOneOf([least, most], $"the stream was cut after {at} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Through_the_router_no_cut_is_an_answer_and_the_text_so_far_is_kept(string name, CutKind kind)
    {
        var body = Streams[name];
        await using var test = new OllamaCase();
        await using var router = ChatSurface.InOrder(null, test.Provider);
        // Every third byte, another one for each kind: that no cut at all is taken for an answer is the test above.
        for (var at = (int)kind % Effort.Of(3, 1); at < body.Length - 1; at += Effort.Of(3, 1))
        {
            foreach (var live in new[] { true, false })
            {
                test.Server.Enqueue(Fault.Stream(body).And(Fault.CutAfterBytes(at, kind)));
                var error = await router.FailAsync<LlmException>(live);
                error.Kind.Should().BeOneOf(
                    [LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"the stream was cut after {at} bytes");
                var (least, most) = TextBefore(body, at);
                var partial = (error.PartialText ?? (error.InnerException as LlmException)?.PartialText) ?? "";
                if (kind == CutKind.Reset)
                    most.Should().StartWith(partial);
                else
                    partial.Should().StartWith(least, $"the stream was cut after {at} bytes");
            }
        }
    }

    [Theory]
    [InlineData(CutKind.Close)]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Clean)]
    public async Task Every_cut_of_a_whole_answer_is_a_typed_error(CutKind kind)
    {
        var body = Encoding.UTF8.GetBytes(OllamaCase.Done.Replace("\"content\":\"\"", "\"content\":\"Ёлка 🌲\"", StringComparison.Ordinal));
        await using var test = new OllamaCase();
        for (var at = 0; at < body.Length; at++)
        {
            test.Server.Enqueue(Fault.Stream(body).And(Fault.CutAfterBytes(at, kind)));
            var (text, error) = await test.FailAsync(streamed: false);
            text.Should().BeEmpty();
            error.Kind.Should().BeOneOf(
                [LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"the body was cut after {at} bytes");
        }
    }

    [Theory]
    [BothModes]
    public async Task Other_broken_transports_are_typed_errors(bool streamed)
    {
        await using var test = new OllamaCase();
        Fault[] faults =
        [
            Fault.CloseUnanswered(), Fault.ResetUnanswered(), Fault.CutHead(), Fault.CutHead(CutKind.Reset), Fault.BadChunk(1),
            Fault.HalfChunk(1), Fault.LyingEncoding(),
            Fault.Raw("SSH-2.0-OpenSSH\r\n"u8.ToArray()), Fault.HeaderFlood(5000), Fault.HugeStatusLine(200_000), Fault.DeepJson(),
        ];
        foreach (var fault in faults)
        {
            test.Server.Enqueue(fault);
            var error = (await test.FailAsync(streamed)).Error;
            error.Kind.Should().BeOneOf(
                [LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse, LlmErrorKind.Unavailable], $"{fault}");
        }

        if (streamed)
        {
            test.Server.Enqueue(new FakeReply("one two"), Fault.MissingTerminator());
            var (text, error) = await test.FailAsync(streamed);
            (text, error.Kind).Should().Be(("one two", LlmErrorKind.StreamInterrupted));
            test.Server.Enqueue(new FakeReply("one two"), Fault.CloseDelimited().And(Fault.CutAfterEvents(2)));
            (await test.FailAsync(streamed)).Text.Should().Be("one two");
        }
    }

    [Fact]
    public async Task A_call_in_a_line_that_cannot_be_read_was_not_made()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Stream(OllamaCase.Lines(
            OllamaCase.Piece("Measuring."),
            """{"model":"pine","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"measure","arguments":{}}}]}"""
            + ""","done":fal}""",
            OllamaCase.Done)));
        var answer = await test.AskAsync(streamed: true);
        answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().BeEmpty();
        answer.FinishReason.Should().Be(ChatFinishReason.Stop, "who is told of calls waits for them");
    }

    /// <summary>The text of the lines that end before the cut, and of those whose JSON does.</summary>
    private static (string Least, string Most) TextBefore(byte[] body, int at)
    {
        var (least, most) = ("", "");
        var start = 0;
        for (var end = Array.IndexOf(body, (byte)'\n'); end >= 0; start = end + 1, end = Array.IndexOf(body, (byte)'\n', start))
        {
            if (end > at)
                break;
            using var json = JsonDocument.Parse(body.AsMemory(start, end - start));
            var text = json.RootElement.GetProperty("message").GetProperty("content").GetString();
            most += text;
            if (end < at)
                least += text;
        }

        return (least, most);
    }
}
