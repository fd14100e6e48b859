using System.Text;
using System.Text.Json;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Streams that end before their time, or come in any pieces.</summary>
public sealed class GigaChatCutTests
{
    private const string Model = "\"created\":1768996176,\"model\":\"GigaChat:2.0.28.2\",\"object\":\"chat.completion\"";

    /// <summary>In the manner of the vendor's recordings: whole phrases, the role first, usage with the end.</summary>
    private static readonly string[] Events =
    [
        "data: {\"choices\":[{\"delta\":{\"content\":\"Раз, 🌿 \\n\\n**два:\",\"role\":\"assistant\"},\"index\":0}]," + Model + "}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"**\\n- мох и ягель.\"},\"index\":0}]," + Model + "}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"index\":0,\"finish_reason\":\"stop\"}]," + Model
            + ",\"usage\":{\"prompt_tokens\":17,\"completion_tokens\":42,\"total_tokens\":59,\"precached_prompt_tokens\":2}}\n\n",
        "data: [DONE]\n\n",
    ];

    private const string Whole = "Раз, 🌿 \n\n**два:**\n- мох и ягель.";

    public static TheoryData<CutKind> Cuts => new(CutKind.Close, CutKind.Reset, CutKind.Clean);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Every_cut_before_the_mark_is_an_error_and_after_it_an_answer(CutKind kind)
    {
        await using var test = new GigaChatCase();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Events));
        // The event with the finish reason is the mark, from the last byte of its JSON on.
        var mark = bytes.Length - Encoding.UTF8.GetByteCount(Events[3]) - 2;
        for (var at = 0; at <= bytes.Length; at++)
        {
            test.Server.Enqueue(Fault.Stream(bytes).And(Fault.CutAfterBytes(at, kind)));
            if (kind == CutKind.Clean ? at >= mark : kind == CutKind.Close && at > mark)
            {
                (await test.AskAsync(streamed: true)).Text.Should().Be(Whole, $"the mark had come when it was cut after {at} bytes");
            }
            else if (at < mark)
            {
                var (text, error) = await test.FailAsync(streamed: true);
                error.Kind
                    .Should().BeOneOf([LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"it was cut after {at} bytes");
                Whole.Should().StartWith(text);
            }
            else
            {
                await Record.ExceptionAsync(() => test.AskAsync(streamed: true));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Every_cut_of_a_whole_answer_is_an_error(CutKind kind)
    {
        await using var test = new GigaChatCase();
        var bytes = Encoding.UTF8.GetBytes(
            "{\"choices\":[{\"message\":{\"content\":\"Да 🌿\",\"role\":\"assistant\"},\"index\":0,\"finish_reason\":\"stop\"}]," + Model
                + "}");
        for (var at = 0; at < bytes.Length; at++)
        {
            test.Server.Enqueue(Fault.Body(Encoding.UTF8.GetString(bytes)).And(Fault.CutAfterBytes(at, kind)));
            var (text, error) = await test.FailAsync(streamed: false);
            text.Should().BeEmpty();
            error.Kind.Should().BeOneOf([LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"it was cut after {at} bytes");
        }
    }

    [Fact]
    public async Task Any_split_gives_the_same_answer()
    {
        await using var test = new GigaChatCase();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Events));
        for (var size = 1; size <= 40; size++)
        {
            test.Server.Enqueue(Fault.Stream(bytes).And(Fault.Split(size)), Fault.Stream(bytes).And(Fault.Chunks(size)));
            for (var i = 0; i < 2; i++)
            {
                var answer = await test.AskAsync(streamed: true);
                (answer.Text, answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount).Should().Be((Whole, 19, 42));
            }
        }
    }

    [Theory]
    [InlineData(SseForm.Crlf)]
    [InlineData(SseForm.NoSpace)]
    [InlineData(SseForm.Comments)]
    [InlineData(SseForm.NoBlankLines)]
    [InlineData(SseForm.NoLastLineEnd)]
    [InlineData(SseForm.OtherFields)]
    [InlineData(SseForm.ByteOrderMark)]
    public async Task Every_form_of_events_gives_the_same_answer(SseForm form)
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("раз два") { CompletionTokens = 4 };
        test.Server.Enqueue(Fault.Sse(form), Fault.Sse(form).And(Fault.MissingTerminator()), Fault.Sse(form).And(Fault.Gzip()));
        for (var i = 0; i < 3; i++)
            (await test.AskAsync(streamed: true)).Usage!.OutputTokenCount.Should().Be(4);
    }

    [Theory]
    [BothModes]
    public async Task Broken_transports_are_typed_errors(bool streamed)
    {
        await using var test = new GigaChatCase();
        Fault[] faults =
        [
            Fault.CloseUnanswered(), Fault.ResetUnanswered(), Fault.CutHead(), Fault.BadChunk(1), Fault.HalfChunk(1),
            Fault.LyingEncoding(), Fault.DeepJson(),
            Fault.Raw("SSH-2.0-OpenSSH\r\n"u8.ToArray()), Fault.HeaderFlood(5000), Fault.MissingTerminator(2),
        ];
        foreach (var fault in faults)
        {
            if (!streamed && fault.ToString()!.Contains("missing", StringComparison.Ordinal))
                continue;
            test.Server.Enqueue(fault);
            (await test.FailAsync(streamed)).Error.Kind
                .Should().BeOneOf([LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse, LlmErrorKind.Unavailable], $"{fault}");
        }
    }

    [Fact]
    public async Task A_line_without_end_is_cut_off_and_a_long_one_read()
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.HugeLine());
        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        test.Server.Enqueue(Fault.HugeText(1_000_000));
        (await test.AskAsync(streamed: true)).Text.Should().HaveLength(1_000_000);
    }

    [Fact]
    public async Task One_event_that_cannot_be_read_is_reported_to_the_router()
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(new FakeReply("раз два три"), Fault.MalformedEvent(1));
        (await test.AskAsync(streamed: true)).Text.Should().Be("раз три");
        await using var strict = new GigaChatCase(o => o.MalformedEvents = MalformedEventAction.Throw);
        strict.Server.Enqueue(Fault.MalformedEvent(0));
        (await strict.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task The_end_that_an_unreadable_event_spoke_of_is_no_end()
    {
        await using var test = new GigaChatCase();
        // The broken one says "stop" before it breaks; what follows it is cut all the same.
        var broken = Events[2].Replace("\"usage\":{", "\"usage\":{{", StringComparison.Ordinal);
        test.Server.Enqueue(Fault.Stream(Encoding.UTF8.GetBytes(Events[0] + broken + Events[1])));
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind).Should().Be((Whole, LlmErrorKind.StreamInterrupted));
    }

    [Fact]
    public void The_events_of_this_test_are_sound()
    {
        foreach (var e in Events.SkipLast(1))
            JsonDocument.Parse(e["data: ".Length..]).Dispose();
    }
}
