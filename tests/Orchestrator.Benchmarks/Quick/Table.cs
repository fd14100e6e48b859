using System.Globalization;

namespace Orchestrator.Benchmarks;

/// <summary>Prints Markdown, so that a run can go into the documents as it is.</summary>
internal static class Table
{
    public static void Head(string title, params string[] columns)
    {
        Console.WriteLine();
        Console.WriteLine($"### {title}");
        Console.WriteLine();
        Console.WriteLine($"| {string.Join(" | ", columns)} |");
        Console.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" ---: |", columns.Length - 1))}");
    }

    public static void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    public static void Bar(string what, double value, string bar, string unit = "×") => Row(what, Number(value, 2) + unit, bar);

    public static string Number(double value, int digits = 0) => value.ToString("N" + digits, CultureInfo.InvariantCulture);
}
