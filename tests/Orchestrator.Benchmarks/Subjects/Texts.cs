using System.Text;

namespace Orchestrator.Benchmarks;

/// <summary>The same texts in every run, of any length. Sizes are in UTF-8 bytes.</summary>
internal static class Texts
{
    private const string EnglishWords =
        "the router picks a provider by strategy and counts tokens exactly once per attempt while metrics are served from "
        + "inside process which answer came"
        + " language model people would water between important question thought available understanding yesterday government "
            + "configuration";

    private const string RussianWords =
        "маршрутизатор выбирает поставщика по стратегии и считает токены ровно один раз на попытку а метрики отдаёт изнутри "
        + "процесса который ответ пришёл"
        + " язык модель люди вода между важный вопрос мысль доступный понимание вчера правительство настройка";

    /// <summary>Prose and code: the library itself is linear on these.</summary>
    public static string[] Linear { get; } = ["english", "russian", "code"];

    /// <summary>Unbroken runs: the library itself takes quadratic time on these.</summary>
    public static string[] Unbroken { get; } = ["letters", "spaces", "emoji", "cjk"];

    public static string Of(string script, int bytes) => script switch
    {
        "english" => Prose(EnglishWords, bytes),
        "russian" => Prose(RussianWords, bytes / 2),
        "code" => Code(bytes),
        "letters" => new string('a', bytes),
        "spaces" => new string(' ', bytes),
        "emoji" => Repeat("😀🎉🚀❤🌍", bytes / 2),
        "cjk" => Repeat("路由器选择提供者并计算令牌语言模型回答问题", bytes / 3),
        _ => throw new ArgumentOutOfRangeException(nameof(script), script, "Unknown script."),
    };

    private static string Prose(string words, int length)
    {
        var list = words.Split(' ');
        var random = new Random(1);
        var text = new StringBuilder(length + 32);
        while (text.Length < length)
            text.Append(list[random.Next(list.Length)]).Append(random.Next(12) == 0 ? ". " : " ");
        return text.ToString(0, length);
    }

    private static string Code(int length)
    {
        var list = EnglishWords.Split(' ');
        var random = new Random(1);
        var text = new StringBuilder(length + 256);
        while (text.Length < length)
        {
            var (max, name) = ($"max{random.Next(10_000)}", list[random.Next(list.Length)]);
            text.Append(null, $"public static async Task<int> CountAsync(string text, int {max}) {{ if (text.Length > {max}) return await "
                + $"{name}_total(text[{max}..]); }}\n");
        }

        return text.ToString(0, length);
    }

    private static string Repeat(string pattern, int length)
    {
        var text = new StringBuilder(length + pattern.Length);
        while (text.Length < length)
            text.Append(pattern);
        return text.ToString(0, length);
    }
}
