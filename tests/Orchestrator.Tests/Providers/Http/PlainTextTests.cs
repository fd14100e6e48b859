using System.Globalization;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Characters that forge lines, colours and directions in logs, and those that cannot be seen.</summary>
public class PlainTextTests
{
    private const string Harmful =
        "a\u2028b\u2029c\u202Ed\u2066e\uFEFFf\u200Bg\u0085h\r\ni\u001B[31mj\u009B2Jk\u001B]0;title\u0007l\u0000m\u061Cn\u00ADo\uE000p";

    [Theory]
    [InlineData(Harmful, "a b c" + "de" + "fg h i" + "jkl mnop")]
    [InlineData("whole 🦉 pair", "whole 🦉 pair")]
    [InlineData("  two  blanks  ", "two  blanks")]
    [InlineData("\u001B", "")]
    [InlineData("\u001B[", "")]
    [InlineData("\u001B]endless", "")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_line_is_plain(string? text, string expected) => PlainText.Line(text, 100).Should().Be(expected);

    [Fact]
    public void A_long_text_is_shortened_and_a_pair_stays_whole()
    {
        PlainText.Line(new string('x', 500), 10).Should().Be("xxxxxxxxxx…");
        PlainText.Line("half \uD83D and \uDE00 pairs", 100).Should().Be("half  and  pairs");
        PlainText.Line("xxxxxxxxx🦉y", 10).Should().Be("xxxxxxxxx…");
        PlainText.Line(new string('\u200B', 1_000_000) + "x", 10).Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task Nothing_harmful_of_a_server_reaches_an_error(bool streamed)
    {
        await using var wire = new Wire();
        var text = System.Text.Json.JsonSerializer.Serialize(Harmful + " half \uFFFD");
        foreach (var fault in new[]
        {
            Fault.Status(400, "{\"error\":{\"message\":" + text + ",\"code\":" + text + ",\"type\":" + text + "}}"),
            Fault.Status(400, "{\"error\":{\"message\":\"\\ud83d \\u202e\",\"code\":\"\\u2028\"}}"),
            Fault.Status(500, Harmful),
            Fault.Status(200, "{\"error\":{\"message\":" + text + ",\"code\":" + text + "}}"),
            Fault.Stream("data: {\"error\":{\"message\":" + text + ",\"code\":" + text + "}}\n\n"),
        })
        {
            wire.Server.ChooseFault = _ => fault;
            var (_, error) = await wire.FailAsync(streamed);
            foreach (var shown in new[] { error.Message, error.ProviderCode ?? "" })
            {
                shown.EnumerateRunes().Select(System.Text.Rune.GetUnicodeCategory).Should().NotContain(
                    [UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
                        UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse]);
                shown.Should().NotContain("[31m");
            }
        }
    }
}
