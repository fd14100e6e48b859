using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

public sealed class BrokenStreamsTests
{
    public static TheoryData<string, CutKind> Cuts
    {
        get
        {
            var data = new TheoryData<string, CutKind>();
            foreach (var stream in RecordedStreams.All)
            {
                foreach (var how in new[] { CutKind.Close, CutKind.Clean, CutKind.Reset })
                    data.Add(stream.Name, how);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_stream_cut_at_any_byte_before_its_completion_mark_is_an_error(string name, CutKind how)
    {
        var stream = RecordedStreams.Named(name);
        await using var wire = new Wire();
        wire.Server.ChooseFault = r => Fault.Stream(stream.Bytes).And(Fault.CutAfterBytes(CutOf(r), how));
        var wrong = new ConcurrentBag<string>();

        await Parallel.ForAsync(0, stream.Mark, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (cut, _) =>
        {
            var (text, error, finished) = await ReadCutAsync(wire, cut);
            text = text.Replace("(malformed)", "", StringComparison.Ordinal);
            var kinds = how == CutKind.Reset || text.Length == 0
                ? new[] { LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse, LlmErrorKind.Unavailable }
                : [LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse];
            if (error is null || finished || !kinds.Contains(error.Kind) || !stream.Text.StartsWith(text, StringComparison.Ordinal))
                wrong.Add($"cut at {cut}: '{text}', {error?.Kind.ToString() ?? "no error"}");
        });

        wrong.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_stream_cut_after_its_completion_mark_is_an_answer(string name, CutKind how)
    {
        var stream = RecordedStreams.Named(name);
        await using var wire = new Wire();
        wire.Server.ChooseFault = r => Fault.Stream(stream.Bytes).And(Fault.CutAfterBytes(CutOf(r), how));
        var wrong = new ConcurrentBag<string>();

        // A reset may overtake the bytes before it: only the gentle ends promise an answer.
        await Parallel.ForAsync(stream.Mark + 2, stream.Bytes.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (cut, _) =>
        {
            var (text, error, finished) = await ReadCutAsync(wire, cut);
            if (how == CutKind.Reset ? error is null && text != stream.Text : error is not null || text != stream.Text || !finished)
                wrong.Add($"cut at {cut}: '{text}', {error?.Kind.ToString() ?? "no error"}, finished {finished}");
        });

        wrong.Should().BeEmpty();
    }

    [Theory]
    [InlineData(CutKind.Close, BodyFramingOfTest.Length)]
    [InlineData(CutKind.Clean, BodyFramingOfTest.Length)]
    [InlineData(CutKind.Close, BodyFramingOfTest.Chunks)]
    [InlineData(CutKind.Clean, BodyFramingOfTest.UntilClose)]
    public async Task A_whole_answer_cut_at_any_byte_is_an_error(CutKind how, BodyFramingOfTest framing)
    {
        const string body = """{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"Привет 🌍"}"""
            + ""","finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""";
        await using var wire = new Wire();
        var framed = framing switch
        {
            BodyFramingOfTest.Chunks => Fault.Chunks(7),
            BodyFramingOfTest.UntilClose => Fault.CloseDelimited(),
            _ => Fault.None
        };
        for (var cut = 0; cut < System.Text.Encoding.UTF8.GetByteCount(body); cut++)
        {
            wire.Server.Enqueue(Fault.Body(body).And(framed).And(Fault.CutAfterBytes(cut, how)));
            var (text, error) = await wire.FailAsync(streamed: false);
            text.Should().BeEmpty();
            error.Kind.Should().BeOneOf(LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse, LlmErrorKind.Unavailable);
        }
    }

    public static TheoryData<OpenAiDialect, LlmErrorKind> ErrorsInside => new()
    {
        { OpenAiDialect.OpenAi, LlmErrorKind.ServerError },
        { OpenAiDialect.OpenAi, LlmErrorKind.RateLimited },
        { OpenAiDialect.OpenAi, LlmErrorKind.ContextLengthExceeded },
        { OpenAiDialect.Vllm, LlmErrorKind.ServerError },
        { OpenAiDialect.VllmFlat, LlmErrorKind.ServerError },
        { OpenAiDialect.LlamaCpp, LlmErrorKind.Unavailable },
        { OpenAiDialect.LmStudio, LlmErrorKind.ServerError },
        { OpenAiDialect.OpenRouter, LlmErrorKind.RateLimited },
        { OpenAiDialect.OpenRouter, LlmErrorKind.QuotaExceeded },
    };

    [Theory]
    [MemberData(nameof(ErrorsInside))]
    public async Task An_error_inside_a_stream_is_an_error_before_and_after_the_first_word(OpenAiDialect dialect, LlmErrorKind kind)
    {
        await using var wire = new Wire();
        wire.Server.Dialect = dialect;
        wire.Server.Reply = new FakeReply("one two three");
        foreach (var (events, expected) in new[] { (0, ""), (1, ""), (2, "one"), (3, "one two") })
        {
            wire.Server.Enqueue(Fault.ErrorEvent(events, kind));
            var (text, error) = await wire.FailAsync(streamed: true);
            text.Should().Be(expected);
            error.Kind.Should().Be(kind);
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task An_event_named_error_is_an_error_whatever_it_holds(string lineEnd)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.InsertEvent(2, $"event: error{lineEnd}data: {{\"message\":\"out of memory\"}}{lineEnd}{lineEnd}"));

        var (text, error) = await wire.FailAsync(streamed: true);

        text.Should().Be("Hello!");
        error.Kind.Should().Be(LlmErrorKind.ServerError);
        error.Message.Should().Contain("out of memory");
    }

    [Fact]
    public async Task An_error_event_that_speaks_of_nothing_else_does_not_name_the_next()
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply("one two");
        wire.Server.Enqueue(Fault.InsertEvent(2, "event: error\n\n"));

        (await wire.TextAsync(streamed: true)).Should().Be("one two");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_missing_DONE_is_fine_after_a_finish_reason(int missing)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.MissingTerminator(missing));

        (await wire.TextAsync(streamed: true)).Should().Be(new FakeReply().Text);
    }

    [Fact]
    public async Task A_missing_finish_reason_is_fine_with_DONE_and_an_error_without()
    {
        await using var wire = new Wire(o => o.RequestUsage = false);
        wire.Server.Enqueue(
            Fault.Stream("data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n"),
            Fault.MissingTerminator(2));

        var answer = await wire.AnswerAsync(streamed: true);
        var (text, error) = await wire.FailAsync(streamed: true);

        answer.Text.Should().Be("hi");
        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        text.Should().Be(new FakeReply().Text);
        error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
    }

    [Fact]
    public async Task What_comes_after_DONE_is_ignored()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.SentTwice(), Fault.InsertEvent(99, "data: {nonsense\n\n"));

        (await wire.TextAsync(streamed: true)).Should().Be(new FakeReply().Text);
        (await wire.TextAsync(streamed: true)).Should().Be(new FakeReply().Text);
    }

    [Fact]
    public async Task A_server_that_goes_on_commenting_after_the_finish_reason_does_not_hold_the_answer_up()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream(RecordedStreams.Sloppy.Body.Replace("data:[DONE]", "", StringComparison.Ordinal))
            .And(Fault.Comments(1, TimeSpan.FromMilliseconds(50))));

        (await wire.TextAsync(streamed: true).WaitAsync(TimeSpan.FromSeconds(6))).Should().Be(RecordedStreams.Sloppy.Text);
    }

    [Fact]
    public async Task One_malformed_event_is_handed_to_the_router_and_the_second_is_an_error()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.MalformedEvent(2), Fault.MalformedEvent(2).And(Fault.MalformedEvent(3)));

        var updates = await wire.Provider.ReadAsync(Reading.Streamed());
        var (_, error) = await wire.FailAsync(streamed: true);

        updates.Should().ContainSingle(u => u.RawRepresentation is Orchestrator.Providers.MalformedEvent);
        error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task Bad_chunks_end_in_a_typed_error()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.BadChunk(3), Fault.HalfChunk(3), Fault.Body("{}").And(Fault.WrongLength(50)));

        for (var i = 0; i < 3; i++)
            (await wire.FailAsync(streamed: true)).Error.Kind
                .Should().BeOneOf(LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse);
    }

    // The offset rides in the prompt, so that parallel requests get the cut they ask for.
    private static int CutOf(CapturedRequest request) =>
        int.Parse(request.Json!.Value.GetProperty("messages")[0].GetProperty("content").GetString()!,
            System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<(string Text, LlmException? Error, bool Finished)> ReadCutAsync(Wire wire, int cut)
    {
        var (text, finished) = ("", false);
        try
        {
            await foreach (var update in wire.Provider.GenerateAsync(
                Reading.Streamed(cut.ToString(System.Globalization.CultureInfo.InvariantCulture)), default))
            {
                text += update.RawRepresentation is Orchestrator.Providers.MalformedEvent ? "(malformed)" : update.Text;
                finished |= update.FinishReason is not null;
            }

            return (text, null, finished);
        }
        catch (LlmException error)
        {
            return (text, error, finished);
        }
    }
}

public enum BodyFramingOfTest
{
    Length,
    Chunks,
    UntilClose,
}
