using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>Answers that break off, at every byte.</summary>
public class YandexGptCutTests
{
    private static readonly byte[] Plain =
        YandexGptCase.Bytes(YandexGptCase.Line("Ёлка"), YandexGptCase.Line("Ёлка 🌲 и"), YandexGptCase.Line("Ёлка 🌲 и мох.", "FINAL", 7));

    private static readonly byte[] Called = YandexGptCase.Bytes(
        YandexGptCase.Line("Смотрю."),
        """{"result":{"alternatives":[{"message":{"role":"assistant","toolCallList":{"toolCalls":[{"functionCall":"""
        + """{"name":"measure","arguments":{"tree":"ель"}}}]}},"status":"ALTERNATIVE_STATUS_TOOL_CALLS"}]}}""");

    public static TheoryData<string, CutKind> Cuts()
    {
        var data = new TheoryData<string, CutKind>();
        foreach (var name in new[] { nameof(Plain), nameof(Called) })
        {
            foreach (var kind in new[] { CutKind.Close, CutKind.Reset, CutKind.Clean })
                data.Add(name, kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_stream_cut_before_its_mark_is_never_an_answer_and_says_nothing_twice(string name, CutKind kind)
    {
        var body = name == nameof(Plain) ? Plain : Called;
        // The mark is whole once its line's last brace is there; the line end may be missing.
        var mark = body.Length - 1;
        await using var test = new YandexGptCase();
        for (var at = 0; at < mark; at++)
        {
            test.Server.Enqueue(Fault.Stream(body).And(Fault.CutAfterBytes(at, kind)));
            var (text, error) = await test.FailAsync(streamed: true);
            error.Kind
                .Should().BeOneOf([LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"the stream was cut after {at} bytes");
            var most = TextBefore(body, at);
            if (kind == CutKind.Reset)
                most.Should().StartWith(text);
            else
                text.Should().BeOneOf([most, TextBefore(body, at - 1)], $"the stream was cut after {at} bytes");
        }
    }

    [Theory]
    [InlineData(CutKind.Close, 0)]
    [InlineData(CutKind.Clean, 0)]
    [InlineData(CutKind.Clean, 1)]
    public async Task A_stream_cut_after_its_mark_is_whole(CutKind kind, int missing)
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Stream(Plain).And(Fault.CutAfterBytes(Plain.Length - missing, kind)));
        var answer = await test.AskAsync(streamed: true);
        (answer.Text, answer.FinishReason).Should().Be(("Ёлка 🌲 и мох.", ChatFinishReason.Stop));
    }

    [Theory]
    [InlineData(CutKind.Close)]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Clean)]
    public async Task Every_cut_of_a_whole_answer_is_a_typed_error(CutKind kind)
    {
        var body = Encoding.UTF8.GetBytes(YandexGptCase.Line("Ёлка 🌲", "FINAL"));
        await using var test = new YandexGptCase();
        for (var at = 0; at < body.Length; at++)
        {
            test.Server.Enqueue(Fault.Stream(body).And(Fault.CutAfterBytes(at, kind)));
            var (text, error) = await test.FailAsync(streamed: false);
            text.Should().BeEmpty();
            error.Kind
                .Should().BeOneOf([LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse], $"the body was cut after {at} bytes");
        }
    }

    [Fact]
    public async Task The_last_line_missing_is_an_interruption()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(new FakeReply("one two"), Fault.MissingTerminator());
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind).Should().Be(("one two", LlmErrorKind.StreamInterrupted));
    }

    [Theory]
    [BothModes]
    public async Task Other_broken_transports_are_typed_errors(bool streamed)
    {
        await using var test = new YandexGptCase();
        Fault[] faults =
        [
            Fault.CloseUnanswered(), Fault.ResetUnanswered(), Fault.CutHead(), Fault.BadChunk(1), Fault.HalfChunk(1), Fault.LyingEncoding(),
            Fault.Raw("SSH-2.0-OpenSSH\r\n"u8.ToArray()), Fault.HeaderFlood(5000), Fault.HugeLine(6 * 1024 * 1024),
            Fault.HugeBody(20 * 1024 * 1024),
        ];
        foreach (var fault in faults)
        {
            test.Server.Enqueue(fault);
            (await test.FailAsync(streamed)).Error.Kind
                .Should().BeOneOf([LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse, LlmErrorKind.Unavailable], $"{fault}");
        }
    }

    /// <summary>The text of the last line that is whole before the cut, its end or not.</summary>
    private static string TextBefore(byte[] body, int at)
    {
        var text = "";
        foreach (var line in Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            at -= Encoding.UTF8.GetByteCount(line);
            if (at < 0)
                break;
            using var json = JsonDocument.Parse(line);
            text = json.RootElement.GetProperty("result").GetProperty("alternatives")[0].GetProperty("message")
                .TryGetProperty("text", out var said) ? said.GetString()! : text;
            at--;
        }

        return text;
    }
}
