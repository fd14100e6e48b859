using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>What becomes of the service's answers.</summary>
public class YandexGptAnswerTests
{
    private const string Refusal =
        "В интернете есть много сайтов с информацией на эту тему. [Посмотрите, что нашлось в поиске](https://ya.ru)";

    [Theory]
    [InlineData("FINAL", "stop")]
    [InlineData("TRUNCATED_FINAL", "length")]
    [InlineData("CONTENT_FILTER", "content_filter")]
    [InlineData("TOOL_CALLS", "tool_calls")]
    [InlineData("TOOL_CALL_PARSE_ERROR", "tool_call_parse_error")]
    [InlineData("UNSPECIFIED", "unspecified")]
    public async Task Every_status_is_a_finish_reason_streamed_and_whole(string status, string reason)
    {
        await using var test = new YandexGptCase();
        test.Server.Reply = new FakeReply("Сосны и мох.") { FinishReason = status, PromptTokens = 22, CompletionTokens = 6 };
        foreach (var streamed in new[] { true, false })
        {
            var answer = await test.AskAsync(streamed);
            (answer.Text, answer.FinishReason?.Value).Should().Be(("Сосны и мох.", reason));
            (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount).Should().Be((22, 6));
            answer.AdditionalProperties!["modelVersion"].Should().Be("09.02.2025");
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Numbers_may_be_texts_and_result_may_be_missing(bool plain, bool bare)
    {
        await using var test = new YandexGptCase();
        (test.Server.PlainNumbers, test.Server.OmitResult) = (plain, bare);
        test.Server.Reply = new FakeReply("one two") { PromptTokens = 15, CompletionTokens = 8, ReasoningTokens = 3 };
        foreach (var streamed in new[] { true, false })
        {
            var answer = await test.AskAsync(streamed);
            answer.Text.Should().Be("one two");
            (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.ReasoningTokenCount).Should().Be((15, 8, 3));
        }
    }

    [Fact]
    public async Task Reasoning_that_the_answers_count_leaves_out_is_added_when_the_total_says_so()
    {
        await using var test = new YandexGptCase();
        foreach (var (total, expected) in new[] { (39, 20), (29, 10) })
        {
            test.Server.Enqueue(Fault.Body(YandexGptCase.Line("x", "FINAL", 10).Replace("\"29\"", $"\"{total}\"", StringComparison.Ordinal)
                .Replace("\"reasoningTokens\":\"0\"", "\"reasoningTokens\":\"10\"", StringComparison.Ordinal)));
            (await test.AskAsync(streamed: false)).Usage!.OutputTokenCount.Should().Be(expected);
        }
    }

    [Fact]
    public async Task Cumulative_lines_become_deltas_and_the_last_usage_is_the_only_one()
    {
        await using var test = new YandexGptCase();
        string[] texts = ["Ель", "Ель 🌲 и", "Ель 🌲 и", "Ель 🌲 и сосна."];
        test.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(
            [.. texts.Select((t, i) => YandexGptCase.Line(t, tokens: i + 1)), YandexGptCase.Line(texts[^1], "FINAL", 9)])));
        var updates = await test.Provider.ReadAsync(YandexGptCase.Request(streamed: true));
        updates.SelectMany(u => u.Contents).OfType<TextContent>().Select(c => c.Text).Should().Equal("Ель", " 🌲 и", " сосна.");
        updates.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle().Which.Details.OutputTokenCount.Should().Be(9);
        updates.Count(u => u.FinishReason is not null).Should().Be(1);
    }

    [Fact]
    public async Task Several_values_in_a_line_and_text_in_escapes_are_read()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Stream(
            """{"result":{"alternatives":[{"message":{"role":"assistant","text":"\u0415\ud83c"},"status":"ALTERNATIVE_STATUS_PARTIAL"}]}}"""
                + "\r\n\r\n"
            + YandexGptCase.Line("Е🌲 x") + YandexGptCase.Line("Е🌲 x y") + YandexGptCase.Line("Е🌲 x y.", "FINAL", 5)));
        var answer = await test.AskAsync(streamed: true);
        (answer.Text, answer.FinishReason, answer.Usage!.OutputTokenCount).Should().Be(("Е🌲 x y.", ChatFinishReason.Stop, 5));
    }

    [Theory]
    [InlineData("CONTENT_FILTER", true)]
    [InlineData("CONTENT_FILTER", false)]
    [InlineData("FINAL", true)]
    [InlineData("FINAL", false)]
    public async Task A_text_that_the_filter_replaced_is_a_refusal_and_nothing_is_said_after_it(string status, bool announced)
    {
        await using var test = new YandexGptCase();
        string[] lines = [YandexGptCase.Line("Чтобы собрать"), YandexGptCase.Line("Чтобы собрать это,"),
            .. announced ? [YandexGptCase.Line("В интернете есть")] : Array.Empty<string>(), YandexGptCase.Line(Refusal, status, 24)];
        test.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(lines)));
        var answer = await test.AskAsync(streamed: true);
        (answer.Text, answer.FinishReason, answer.Usage!.OutputTokenCount)
            .Should().Be(("Чтобы собрать это,", ChatFinishReason.ContentFilter, 24));
    }

    [Theory]
    [BothModes]
    public async Task The_filters_own_text_is_a_refusal_whatever_its_status(bool streamed)
    {
        await using var test = new YandexGptCase();
        foreach (var status in new[] { "CONTENT_FILTER", "FINAL" })
        {
            test.Server.Enqueue(new FakeReply(Refusal) { FinishReason = status });
            var answer = await test.AskAsync(streamed);
            (answer.Text, answer.FinishReason).Should().Be((Refusal, ChatFinishReason.ContentFilter));
        }
    }

    [Fact]
    public async Task Lost_white_space_and_a_line_that_says_nothing_are_no_replacement()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(
            YandexGptCase.Line("Ель \n"),
            """{"result":{"usage":{"completionTokens":"3"}}}""",
            """{"result":{"alternatives":[{"status":"ALTERNATIVE_STATUS_PARTIAL"}]}}""",
            "{}",
            YandexGptCase.Line("Ель", "FINAL"))));
        var answer = await test.AskAsync(streamed: true);
        (answer.Text, answer.FinishReason).Should().Be(("Ель \n", ChatFinishReason.Stop));
    }

    [Theory]
    [BothModes]
    public async Task Calls_have_arguments_and_ids_of_our_own(bool streamed)
    {
        await using var test = new YandexGptCase();
        test.Server.Reply = new FakeReply("") { ToolCalls = [new("measure", """{"tree":"ель","n":[5.0,4.0]}"""), new("age")] };
        var answer = await test.AskAsync(streamed);
        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().ToList();
        calls.Select(c => c.Name).Should().Equal("measure", "age");
        calls.Select(c => c.CallId).Should().OnlyHaveUniqueItems();
        ((JsonElement)calls[0].Arguments!["tree"]!).GetString().Should().Be("ель");
        ((JsonElement)calls[0].Arguments!["n"]!).GetArrayLength().Should().Be(2);
    }

    [Theory]
    [BothModes]
    public async Task The_text_ends_before_a_stop_sequence_wherever_the_lines_were_cut(bool streamed)
    {
        await using var test = new YandexGptCase();
        test.Server.Reply = new FakeReply { Pieces = ["one #", "#", "# two", " three"], CompletionTokens = 9 };
        var answer = await test.AskAsync(streamed, new ChatOptions { StopSequences = ["###"] });
        (answer.Text, answer.FinishReason).Should().Be(("one ", ChatFinishReason.Stop));
        answer.Usage!.OutputTokenCount.Should().BePositive();
        test.Server.Reply = new FakeReply { Pieces = ["one #", "#"] };
        (await test.AskAsync(streamed, new ChatOptions { StopSequences = ["###"] })).Text.Should().Be("one ##");
    }

    [Fact]
    public async Task Fields_that_proto_leaves_out_are_missing_without_harm()
    {
        await using var test = new YandexGptCase();
        foreach (var body in new[]
        {
            """{"result":{"alternatives":[{"message":{"role":"assistant"},"status":"ALTERNATIVE_STATUS_FINAL"}]"""
            + ""","usage":{"inputTextTokens":"15"}}}""",
            """{"alternatives":[{"message":{"text":""},"status":"ALTERNATIVE_STATUS_FINAL","more":[{}]}]"""
            + ""","usage":{"inputTextTokens":15,"x":{}},"more":null}""",
        })
        {
            test.Server.Enqueue(Fault.Body(body), Fault.Body(body));
            foreach (var streamed in new[] { true, false })
            {
                var answer = await test.AskAsync(streamed);
                (answer.Text, answer.FinishReason, answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount)
                    .Should().Be(("", ChatFinishReason.Stop, 15, 0));
            }
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"result\":{}}")]
    [InlineData("{\"result\":{\"alternatives\":[]}}")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}")]
    [InlineData("{\"result\":{\"alternatives\":[{\"message\":{\"text\":\"half\"},\"status\":\"ALTERNATIVE_STATUS_PARTIAL\"}]}}")]
    [InlineData("[]")]
    [InlineData("OK")]
    public async Task Json_without_a_completion_mark_is_no_answer(string body)
    {
        await using var test = new YandexGptCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Body(body));
            if (streamed && body == "OK")
            {
                // A line that cannot be read is the router's to judge.
                (await test.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
                continue;
            }

            (await test.FailAsync(streamed)).Error.Kind.Should().BeOneOf(LlmErrorKind.MalformedResponse, LlmErrorKind.StreamInterrupted);
        }
    }

    [Fact]
    public async Task A_malformed_line_is_healed_by_the_next_in_a_live_stream_and_two_are_too_many()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.MalformedEvent(1));
        await using (var router = ChatSurface.InOrder(null, test.Provider))
            (await router.AskAsync(streamed: true)).Should().Be("one two three");

        await using var other = new YandexGptCase();
        other.Server.Enqueue(new FakeReply("one two three four"), Fault.MalformedEvent(1).And(Fault.MalformedEvent(2)));
        var (text, error) = await other.FailAsync(streamed: true);
        (text, error.Kind).Should().Be(("one", LlmErrorKind.MalformedResponse));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task Any_split_of_the_bytes_gives_the_same_answer(int size)
    {
        await using var test = new YandexGptCase();
        var reply = new FakeReply("Ёлка 🌲 и ещё одна — с игрушками 🎄.") { PromptTokens = 20, CompletionTokens = 14 };
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(reply, Fault.Split(size));
            var answer = await test.AskAsync(streamed);
            (answer.Text, answer.FinishReason, answer.Usage!.OutputTokenCount).Should().Be((reply.Text, ChatFinishReason.Stop, 14));
        }
    }

    [Theory]
    [InlineData(BodyCoding.Gzip)]
    [InlineData(BodyCoding.Brotli)]
    public async Task Compressed_answers_and_long_lines_are_read(BodyCoding coding)
    {
        await using var test = new YandexGptCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.HugeText(1_000_000).And(Fault.Compressed(coding)));
            (await test.AskAsync(streamed)).Text.Length.Should().Be(1_000_000);
        }
    }
}
