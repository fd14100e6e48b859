using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>Lines that cannot be read, oddities that can, and answers without end.</summary>
public class OllamaHostileTests
{
    [Fact]
    public async Task Buffered_through_the_router_an_unreadable_line_fails_over()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.MalformedEvent(1));
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        var response = await router.RouteAsync("hello");
        response.Text.Should().Be("whole");
        response.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task Live_one_unreadable_line_after_the_first_word_is_skipped_and_reported()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.MalformedEvent(1));
        var logs = new Logs();
        await using var router = ChatSurface.InOrder(null, null, logs, test.Provider, FakeProvider.Answering("next", "whole"));
        (await router.AskAsync(streamed: true)).Should().Be("one three");
        logs.Named("llm_event_skipped").Should().ContainSingle();
    }

    [Fact]
    public async Task Live_an_unreadable_line_before_the_first_word_fails_over()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.MalformedEvent(0));
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        (await router.AskAsync(streamed: true)).Should().Be("whole");
    }

    [Fact]
    public async Task A_second_unreadable_line_ends_the_stream()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three four"), Fault.MalformedEvent(1).And(Fault.MalformedEvent(3)));
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        var error = await router.FailAsync<LlmException>(streamed: true);
        (error.Kind, error.PartialText).Should().Be((LlmErrorKind.MalformedResponse, "one three"));
    }

    [Fact]
    public async Task An_unreadable_done_line_is_no_end()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Stream(OllamaCase.Piece("one") + "\n{\"done\":true,\"done_reason\":\"stop\"\n{}\n"));
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind).Should().Be(("one", LlmErrorKind.StreamInterrupted));
    }

    [Fact]
    public async Task When_asked_to_the_first_unreadable_line_throws()
    {
        await using var test = new OllamaCase(o => o.MalformedEvents = MalformedEventAction.Throw);
        test.Server.Enqueue(new FakeReply("one two three"), Fault.MalformedEvent(1));
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind).Should().Be(("one", LlmErrorKind.MalformedResponse));
    }

    [Fact]
    public async Task An_error_never_quotes_the_answer()
    {
        await using var test = new OllamaCase(o => o.MalformedEvents = MalformedEventAction.Throw);
        test.Server.Enqueue(
            Fault.Stream("{\"message\":{\"content\":\"privatissime\"}"), Fault.Body("{\"message\":{\"content\":\"privatissime\"}"));
        foreach (var streamed in new[] { true, false })
            (await test.FailAsync(streamed)).Error.ToString().Should().NotContain("privatissime");
    }

    [Theory]
    [InlineData("""{"model":7,"created_at":null,"message":{"role":null,"content":"ok","thinking":null,"tool_calls":null,"images":null}"""
        + ""","done":true,"done_reason":null,"prompt_eval_count":"12","eval_count":"3"}""", 12, 3)]
    [InlineData("""{"message":{"content":"ok"},"done":true,"prompt_eval_count":null,"eval_count":null}""", null, null)]
    [InlineData("""{"message":{"content":"ok"},"done":true,"prompt_eval_count":-5,"eval_count":1.5}""", null, null)]
    [InlineData("""{"message":{"content":"ok"},"done":true,"prompt_eval_count":99999999999999999999,"eval_count":{}}""", null, null)]
    [InlineData("""{"done":true,"eval_count":3,"new":{"a":[1,{"b":null}]},"message":{"x":[[]],"content":"ok","tool_calls":[]"""
        + ""","role":"robot"},"logprobs":[],"error":null}""", null, 3)]
    [InlineData("""  {"message":{"content":"ok","tool_calls":{}},"done":true,}  """, null, null)]
    [InlineData("""{"message":{"content":"ok"},"done":true,"prompt_eval_count":0}""", 0, null)]
    public async Task Odd_but_readable_answers_are_read(string line, int? prompt, int? completion)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Stream(line + "\n"));
            var answer = await test.AskAsync(streamed);
            answer.Text.Should().Be("ok");
            answer.FinishReason.Should().Be(ChatFinishReason.Stop);
            ((long?)prompt, (long?)completion).Should().Be((answer.Usage?.InputTokenCount, answer.Usage?.OutputTokenCount));
        }
    }

    [Theory]
    [InlineData("""{"message":null,"done":true}""")]
    [InlineData("""{"message":{"content":null},"done":true}""")]
    [InlineData("""{"message":[],"done":true,"done_reason":"stop"}""")]
    [InlineData("""{"message":{"content":[],"tool_calls":[null,1,"x",[]]},"done":true}""")]
    public async Task Nulls_and_wrong_types_are_empty_answers(string line)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Stream(line));
            var answer = await test.AskAsync(streamed);
            answer.Text.Should().BeEmpty();
            answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        }
    }

    [Theory]
    [InlineData("""{"function":null}""")]
    [InlineData("""{"function":{"name":null,"arguments":null}}""")]
    [InlineData("""{"function":{"name":"f","arguments":[1]}}""")]
    [InlineData("""{"function":{"name":"f","arguments":"{no json"}}""")]
    [InlineData("""{"id":5,"function":{"name":"f","arguments":{"\ud800":1}}}""")]
    [InlineData("""{"function":{"name":"f","arguments":{"a":1,"a":2}}}""")]
    public async Task Odd_tool_calls_crash_nothing(string call)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Stream("{\"message\":{\"tool_calls\":[" + call + "]},\"done\":true}"));
            var answer = await test.AskAsync(streamed);
            answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
            answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Which.CallId
                .Should().NotBeEmpty();
        }
    }

    [Fact]
    public async Task Broken_characters_are_replaced_and_the_rest_of_the_text_is_kept()
    {
        await using var test = new OllamaCase();
        byte[] line = [.. "{\"message\":{\"content\":\"a"u8, 0xFF, 0xD0,
            .. "b\\n\"},\"done\":false}\n{\"message\":{\"content\":\"c\\ud83cd\\udf32\\ud83c\\udf32\"},\"done\":true}\n"u8];
        test.Server.Enqueue(Fault.Stream(line));
        (await test.AskAsync(streamed: true)).Text.Should().Match("a*b\nc\uFFFDd\uFFFD🌲");
        byte[] whole = [.. "{\"message\":{\"content\":\"a"u8, 0xFF, .. "b \\ud83c\"},\"done\":true}"u8];
        test.Server.Enqueue(Fault.Stream(whole));
        (await test.AskAsync(streamed: false)).Text.Should().Be("a\uFFFDb \uFFFD");
    }

    [Fact]
    public async Task Broken_characters_in_names_and_numbers_are_an_LlmException_at_worst()
    {
        await using var test = new OllamaCase();
        foreach (var text in new[]
        {
            "{\"\\ud83c\":1,\"done\":true}", "{\"message\":{\"\\udf32\":1},\"done\":true}", "{\"\\ud83cxxxxxxxxxxx\":1}"
        })
        {
            foreach (var streamed in new[] { true, false })
            {
                test.Server.Enqueue(Fault.Stream(text));
                try
                {
                    await test.AskAsync(streamed);
                }
                catch (LlmException error)
                {
                    error.Kind.Should().BeOneOf(LlmErrorKind.MalformedResponse, LlmErrorKind.StreamInterrupted);
                }
            }
        }
    }

    [Theory]
    [InlineData(BodyCoding.None)]
    [InlineData(BodyCoding.Gzip)]
    public async Task A_body_without_end_is_cut_off(BodyCoding coding)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.HugeBody(40_000_000, coding));
        var (_, error) = await test.FailAsync(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        error.Message.Should().Contain("16 MiB");
    }

    [Fact]
    public async Task A_line_without_end_is_cut_off_and_a_long_one_is_read()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.HugeText(1_500_000), Fault.HugeLine(20_000_000));
        (await test.AskAsync(streamed: true)).Text.Length.Should().Be(1_500_000);
        var (_, error) = await test.FailAsync(streamed: true);
        error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        error.Message.Should().Contain("4 MiB");
    }
}
