using System.Text;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Random texts of unusual characters, quoted in every way, whole or from the middle on: no piece of them is left.</summary>
public class EchoPropertyTests
{
    private static readonly string[] Alphabets =
    [
        "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБВГД", "éàçüßñøåæœčřšž ",
        "αβγδεζηθικλμνξοπρστυφχψω ", "日本語中文字漢 ", "한국어글자 ",
        "🦉🦊🐻🌲👩‍💻 ", "\"'\\/%&<>+=;:{}[]|~`^$#@!?*()_- \t\n", "אבגדהוזחט ", "नमस्ते ", "\\u0416\\n%41&amp;",
    ];

    public static TheoryData<string> Escapes => Leaks.Names;

    [Theory]
    [MemberData(nameof(Escapes))]
    public void No_piece_of_a_random_text_is_left(string escape)
    {
        var random = new Random(escape.Length * 31);
        for (var i = 0; i < 40; i++)
        {
            var (prompt, key) = (Text(random, 90), Key(random));
            var said = $"cannot do: {Leaks.Escapes[escape](prompt)} with {Leaks.Escapes[escape](key)}, sorry";
            if (i % 3 == 1)
                said = said[random.Next(said.Length / 2)..];

            var shown = ServerError.Excerpt(PromptEcho.Cut(said, new LlmRequest(prompt), [key]));

            Leaks.In(shown, prompt, 2 * PromptEcho.Shortest).Should().BeNull();
            Leaks.In(shown, key, PromptEcho.ShortestSecret + 2).Should().BeNull();
        }
    }

    private static string Text(Random random, int length)
    {
        var text = new StringBuilder("q");
        while (text.Length < length)
        {
            var runes = Alphabets[random.Next(Alphabets.Length)].EnumerateRunes().ToArray();
            for (var i = random.Next(12); i >= 0; i--)
                text.Append(runes[random.Next(runes.Length)].ToString());
        }

        return text.ToString();
    }

    private static string Key(Random random) =>
        "sk-" + string.Concat(
            Enumerable.Range(0, 40).Select(_ => "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_"[random.Next(59)]));
}
