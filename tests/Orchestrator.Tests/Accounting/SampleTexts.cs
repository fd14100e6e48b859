namespace Orchestrator.Tests.Accounting;

internal static class SampleTexts
{
    public const string English =
        "The harbour was quiet that morning, and only two of the older boats had left before sunrise. Nobody expected "
        + "the letter to arrive so soon; "
        + "it had been written in a hurry, folded twice and handed to a courier who didn't know its value. We'll see what "
            + "it says once everyone's back "
        + "from the market, said the clerk, and put it under the lamp.";

    public const string Russian =
        "Система распределяет запросы между несколькими поставщиками и следит за тем, чтобы каждый ответ был получен вовремя. "
        + "Если один из серверов "
        + "перестаёт отвечать, следующий запрос отправляется другому, а первый получает время на восстановление. Подробные "
            + "сведения о работе "
        + "сохраняются в журнале и доступны администратору в любое время.";

    public const string Code =
        "    public static int Sum(IReadOnlyList<int> values)\n    {\n        var total = 0;\n        for (var i = 0; "
        + "i < values.Count; i++)\n"
        + "            total += values[i] * 3;\n        return total; // {\"key\": [1, 2, 345]}\n    }\n\n";

    public static string Repeat(string text, int length) =>
        string.Concat(Enumerable.Repeat(text, (length / text.Length) + 1))[..length];
}
