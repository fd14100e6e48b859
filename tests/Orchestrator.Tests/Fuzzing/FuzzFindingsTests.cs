using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;

namespace Orchestrator.Tests.Fuzzing;

/// <summary>What the fuzzer found, one small input each.</summary>
public class FuzzFindingsTests
{
    [Theory]
    [InlineData("NaN", null)]
    [InlineData("-Infinity", null)]
    [InlineData("Infinity", 86_400)]
    public async Task A_wait_that_is_no_number_is_ignored(string milliseconds, int? seconds)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.RateLimited(null, milliseconds));

        var (_, error) = await wire.FailAsync(streamed: true);

        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.RateLimited, seconds is { } s ? TimeSpan.FromSeconds(s) : null));
    }

    [Theory]
    [InlineData("a\\ud800")]
    [InlineData("a\\udc00\\ud800")]
    [InlineData("a\u00ff")]
    public void Many_broken_texts_cost_no_more_than_whole_ones(string text)
    {
        var part = $$"""{"type":"text","text":"{{text}}"},""";
        var body = Encoding.Latin1.GetBytes("{\"choices\":[{\"message\":{\"content\":[" + string.Concat(Enumerable.Repeat(part, 5_000))
            + "]}}]}");
        Read();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var response = Read();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        response.Text.Should().StartWith("a\uFFFD").And.Match("*a\uFFFD*");
        allocated.Should().BeLessThan(25L * body.Length, "an exception for each would be a hundred times the body");

        ChatResponse Read() => new OpenAiCompatibleAnswerReader(new ProviderInfo("a", "openai", "m")).ReadWhole(body);
    }

    [Theory]
    [InlineData("\\ud83c\\udf32", "🌲")]
    [InlineData("\\uD83C\\uDF32\\u0041\\n", "🌲A\n")]
    [InlineData("\\\\ud800", "\\ud800")]
    [InlineData("\\\\\\ud800", "\\\uFFFD")]
    [InlineData("\\ud83c\\u0041", "\uFFFDA")]
    [InlineData("\\ud83c\\ud83c\\udf32", "\uFFFD🌲")]
    [InlineData("\\ud83cudf32", "\uFFFDudf32")]
    [InlineData("\\ud83c", "\uFFFD")]
    public void Half_pairs_are_told_from_whole_ones(string escaped, string text)
    {
        var reader = new OllamaAnswerReader(new ProviderInfo("a", "ollama", "m"));

        reader.ReadWhole(Encoding.UTF8.GetBytes($$"""{"message":{"content":"{{escaped}}"},"done":true}""")).Text.Should().Be(text);
    }

    [Theory]
    [BothModes]
    public async Task Tool_calls_without_end_are_refused(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(
            Fault.Stream($$$"""{"message":{"tool_calls":[{{{string.Join(",", Enumerable.Repeat("{}", 300))}}}]},"done":true}"""));

        var (_, error) = await test.FailAsync(streamed);

        error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        error.Message.Should().Contain("256 tool calls");
    }

    [Theory]
    [BothModes]
    public async Task A_broken_character_in_a_tool_s_arguments_spares_the_rest(bool streamed)
    {
        await using var test = new OllamaCase();
        byte[] body = [.. "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"city\":\"Om"u8, 0xFF,
            .. "sk\"}}}]},\"done\":true}\n"u8];
        test.Server.Enqueue(Fault.Stream(body));

        var call = (await test.AskAsync(streamed)).Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();

        call.Arguments!["city"]!.ToString().Should().Be("Om\uFFFDsk");
    }

    [Fact]
    public async Task An_error_code_under_status_200_has_bounds()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream($"data: {{\"error\":{{\"message\":\"no\",\"code\":\"{new string('x', 65_536)}\"}}}}\n\n"));

        var (_, error) = await wire.FailAsync(streamed: true);

        error.ProviderCode.Should().NotBeNullOrEmpty().And.Subject.Length.Should().BeLessThan(400);
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(100, null)]
    public async Task A_flood_of_unreadable_events_after_the_answer_is_not_read_to_its_end(int events, int? counted)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream(
            "data: {\"choices\":[{\"delta\":{\"content\":\"whole\"},\"finish_reason\":\"stop\"}]}\n"
            + string.Concat(Enumerable.Repeat("data: 1\n", events))
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n"));

        var answer = await wire.AnswerAsync(streamed: true);

        (answer.Text, answer.FinishReason, answer.Usage?.InputTokenCount).Should().Be(("whole", ChatFinishReason.Stop, counted));
    }

    [Theory]
    [BothModes]
    public async Task A_blank_reason_to_finish_is_none(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Stream("""{"message":{"content":"hi"},"done":true,"done_reason":" "}"""));
        (await test.AskAsync(streamed)).FinishReason.Should().Be(ChatFinishReason.Stop);

        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream(streamed
            ? "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\" \"}]}\n\ndata: [DONE]\n\n"
            : """{"choices":[{"message":{"content":"hi"},"finish_reason":" "}]}"""));
        (await wire.TextAsync(streamed)).Should().Be("hi");
    }

    [Fact]
    public async Task A_reason_to_finish_in_an_event_that_breaks_off_does_not_count_and_the_next_one_does()
    {
        await using var wire = new Wire();
        const string Finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]";
        wire.Server.Enqueue(Fault.Stream($"data: {{\"choices\":[{{\"delta\":{{\"content\":\"hi\"}}}}]}}\n\n{Finish}\n\n{Finish}}}\n\n"));

        var answer = await wire.AnswerAsync(streamed: true);

        (answer.Text, answer.FinishReason).Should().Be(("hi", ChatFinishReason.Length));
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_body_is_passed_over()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(
            Fault.Stream("\uFEFF{\"message\":{\"content\":\"hi\"},\"done\":true}"), Fault.Stream("\uFEFF{\"error\":\"it broke\"}"));

        (await test.AskAsync(streamed: false)).Text.Should().Be("hi");
        (await test.FailAsync(streamed: false)).Error.Message.Should().Contain("it broke");
    }
}
