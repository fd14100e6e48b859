using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Texts go out as UTF-8, escaped only where JSON asks for it.</summary>
public class JsonEscapesTests
{
    // A family joined by U+200D, a flag, a wide and an unbreakable space, line separators, a private character, Cyrillic.
    private const string Text =
        "👨\u200D👩\u200D👧🇫🇷\u3000\u00A0\u202F\u2028\u2029\uE000Ж \"quoted\" \\u0041 \\\\ud83d\\ude00 C:\\new\n\t\u0001😀";

    [Theory]
    [BothModes]
    public async Task Emoji_and_rare_characters_go_out_as_themselves(bool streamed)
    {
        await using var ollama = new OllamaCase();
        await ollama.AskAsync(streamed, null, new ChatMessage(ChatRole.User, Text));
        await using var openAi = new Wire();
        await openAi.Provider.ReadAsync(new LlmRequest(Text) { Streaming = streamed });

        foreach (var request in new[] { ollama.Server.LastRequest, openAi.Server.LastRequest })
        {
            request.Json!.Value.GetProperty("messages")[0].GetProperty("content").GetString().Should().Be(Text);
            request.Text.Should().Contain("👨\u200D👩\u200D👧🇫🇷\u3000\u00A0\u202F\u2028\u2029\uE000Ж \\\"quoted\\\"")
                .And.Contain("\\t\\u0001😀");
        }
    }

    [Theory]
    [InlineData('\uD83D')]
    [InlineData('\uDE00', '\uD83D')]
    [InlineData('a', '\uD83D', '\uD83D', '\uDE00', 'b')]
    public async Task Half_a_pair_still_gives_valid_JSON(params char[] units)
    {
        // A string in an attribute is kept as UTF-8, where half a pair is a replacement character.
        var text = new string(units);
        await using var ollama = new OllamaCase();
        await ollama.AskAsync(streamed: false, null, new ChatMessage(ChatRole.User, text));
        await using var openAi = new Wire();
        await openAi.Provider.ReadAsync(new LlmRequest(text));

        foreach (var request in new[] { ollama.Server.LastRequest, openAi.Server.LastRequest })
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(request.Body.Span).Should().Be(request.Text);
            request.Json!.Value.GetProperty("messages")[0].GetProperty("content").GetString()!.Length.Should().Be(text.Length);
        }
    }

    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"b"}""")]
    [InlineData("\"\\u00e9\"", "\"é\"")]
    [InlineData("\"\\uD83D\\uDE00\\ud83d\\ude00\"", "\"😀😀\"")]
    [InlineData("\"\\\\uD83D\\\\uDE00\"", "\"\\\\uD83D\\\\uDE00\"")]
    [InlineData("\"\\\\\\u00e9\"", "\"\\\\é\"")]
    [InlineData("\"\\u0022\\u005c\\u000a\\u007f\\n\"", "\"\\u0022\\u005c\\u000a\\u007f\\n\"")]
    [InlineData("\"\\ud83dx\\ude00\"", "\"\\ud83dx\\ude00\"")]
    [InlineData("\"\\ud83d\\u00e9\"", "\"\\ud83dé\"")]
    [InlineData("\"\\u00e9 and more\\u00e9 \\\"\"", "\"é and moreé \\\"\"")]
    [InlineData("\\", "\\")]
    [InlineData("\\u00e", "\\u00e")]
    public void Only_escapes_beyond_ASCII_are_undone(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var length = JsonEscapes.Undo(bytes);
        Encoding.UTF8.GetString(bytes.AsSpan(0, length)).Should().Be(expected);
    }

    [Fact]
    public void Any_text_reads_back_as_it_was()
    {
        var random = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var text = "." + string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(4) switch
            {
                0 => ((char)random.Next(0x80)).ToString(),
                1 => "\\",
                2 => ((char)random.Next(0x80, 0xD800)).ToString(),
                _ => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
            }));
            using var body = JsonBody.From(new LlmRequest(text), static (json, request) => json.WriteStringValue(request.Messages[0].Text));
            JsonSerializer.Deserialize<string>(body.Bytes.Span).Should().Be(text);
            body.Bytes.Span.IndexOf("\\uD"u8).Should().Be(body.Bytes.Span.IndexOf("\\\\uD"u8) is >= 0 and var at ? at + 1 : -1);
        }
    }
}
