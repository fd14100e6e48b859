using System.IO.Compression;
using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>What a server's words may stand for is looked at in bounded time and room;
/// what is unknown goes, and what helps a reader stays.</summary>
public class EchoReadingsTests
{
    private const string Prompt = "The nightjar sleeps at noon, and Иван Петрович keeps a дневник о болезни";
    private const string Key = "sk-Wren7Heath9Fjord2Larch4Moss";

    [Theory]
    [InlineData("request id req_011CSHoEeqs5C35K2UUqR7Fy")]
    [InlineData("request id 0f8fad5b-d9cb-469f-a165-70867728950e, trace 4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("response resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b not found")]
    [InlineData("digest sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("no model meta-llama/Llama-4-Maverick-17B-128E-Instruct-Original-FP8/snapshots/main/config")]
    [InlineData("projects/my-project-42/locations/us-central1/publishers/google/models/gemini-flash-latest is not found")]
    [InlineData("sizes are 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304, 2560, 2816, 3072")]
    [InlineData("maximum context length is 4096 tokens; you asked for 5012 (4012 and 1000)")]
    [InlineData("at /usr/lib/python3/dist-packages/vllm/entrypoints/openai/serving_chat.py:312 in create_chat_completion")]
    [InlineData("Модель не найдена: проверьте каталог и её имя. Ёлки № 5")]
    [InlineData("modèle inexistant: vérifiez où est le modèle, à côté")]
    [InlineData("<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr></body></html>")]
    [InlineData("a=b&c=d, x = 1, y=20, z==, [0], [a], \\d \\n C:\\dir\\added 0xdeadbeef")]
    [InlineData("[1.0, 2.5, 3.25] is too short")]
    public void What_helps_a_reader_stays(string said)
    {
        PromptEcho.Cut(said, new LlmRequest(Prompt), [Key]).Should().Be(said);
        var padded = said + string.Concat(Enumerable.Repeat(" and once more, please", 20));
        PromptEcho.Cut(padded, new LlmRequest(Prompt), [Key]).Should().Be(padded);
    }

    public static TheoryData<string, string> Unknown()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(Encoding.UTF8.GetBytes(Prompt));
        var four = Prompt;
        for (var i = 0; i < 4; i++)
            four = Convert.ToBase64String(Encoding.UTF8.GetBytes(four));
        return new()
        {
            { "compressed", Convert.ToBase64String(packed.ToArray()).TrimEnd('=') },
            { "compressed, in hexadecimal", Convert.ToHexString(packed.ToArray()) },
            { "compressed, in numbers", string.Join(", ", packed.ToArray()) },
            { "compressed, in a dump", BitConverter.ToString(packed.ToArray()).Replace('-', ' ') },
            { "base64, four times", four.TrimEnd('=') },
        };
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public void What_is_long_and_cannot_be_read_is_left_out(string how, string written) =>
        PromptEcho.Cut($"bad body: {written}.", new LlmRequest(Prompt)).Should().BeOneOf(["bad body: ….", "…"], how);

    [Theory]
    [InlineData("=D0=")]
    [InlineData("=?a?Q?=41")]
    [InlineData("\\41 ")]
    [InlineData("\\\\x41")]
    [InlineData("%04%1c")]
    [InlineData("\0a")]
    [InlineData("\u0004\u001c")]
    [InlineData("U+0041 ")]
    [InlineData("u0041")]
    [InlineData("208, 156, ")]
    [InlineData("d0 9c ")]
    [InlineData("10 ")]
    [InlineData("9")]
    [InlineData("<b>a")]
    [InlineData("<")]
    [InlineData("\u001b[31ma")]
    [InlineData("[")]
    [InlineData("ÐœÐ")]
    [InlineData("Ìîé ")]
    [InlineData("РњРѕР№ ")]
    [InlineData("VGhlIG5pZ2h0amFy")]
    [InlineData("x7Qz9LkP")]
    [InlineData("aaaaaaaa\n")]
    [InlineData("31 30 20 33 31 20 ")]
    [InlineData("&amp;amp;#37;30")]
    [InlineData("秘密")]
    public void Hostile_words_cost_little(string piece)
    {
        var said = string.Concat(Enumerable.Repeat(piece, 1 + (1024 * 1024 / piece.Length)));
        var (time, room) = (TimeSpan.MaxValue, long.MaxValue);
        for (var i = 0; i < 5; i++)
        {
            var (began, before) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            PromptEcho.Cut(said, new LlmRequest(Prompt), [Key]);
            room = Math.Min(room, GC.GetAllocatedBytesForCurrentThread() - before);
            var took = TimeProvider.System.GetElapsedTime(began);
            time = took < time ? took : time;
        }

        time.Should().BeLessThan(TimeSpan.FromMilliseconds(100));
        room.Should().BeLessThan(64 * 1024);
    }

    [Fact]
    public void A_long_prompt_costs_a_short_error_no_room()
    {
        var request = new LlmRequest(string.Concat(Enumerable.Repeat("много слов ", 50_000)));
        var room = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            PromptEcho.Cut("no such model: pine", request);
            room = Math.Min(room, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        room.Should().BeLessThan(8 * 1024);
    }
}
