using System.Diagnostics;
using Microsoft.ML.Tokenizers;

namespace Orchestrator.Benchmarks;

/// <summary>Token counting beside the library, and how its time grows.</summary>
internal static class TokenSection
{
    private const string Model = "gpt-4o";
    private static readonly int[] Sizes = [100, 1_000, 100_000, 200_000, 1_000_000];
    private static readonly string[] SizeNames = ["100 B", "1 KB", "100 KB", "200 KB", "1 MB"];

    public static async Task RunAsync()
    {
        var counter = new TokenCounter();
        var library = TiktokenTokenizer.CreateForEncoding("o200k_base");
        for (var i = 0; i < 20; i++)
        {
            foreach (var script in Texts.Linear)
                library.CountTokens(Texts.Of(script, 10_000 + counter.Count(Texts.Of(script, 10_000), Model) % 2));
            await Task.Delay(20);
        }

        Table.Head("Counting tokens beside the library", [
            "text", .. SizeNames.Select(s => $"{s}: µs"), .. SizeNames.Select(s => $"{s}: ÷ library")]);
        foreach (var script in Texts.Linear)
        {
            List<string> times = [], ratios = [];
            foreach (var size in Sizes)
            {
                var text = Texts.Of(script, size);
                var costs = await Paired.MeasureAsync(
                    Math.Clamp(40_000 / size, 1, 100),
                    size > 500_000 ? 3 : size > 50_000 ? 7 : 31,
                    Subject.Of("library", () => { library.CountTokens(text); }),
                    Subject.Of("counter", () => { counter.Count(text, Model); }));
                times.Add(Table.Number(costs[1].Median / 1000, 1));
                ratios.Add(Table.Number(Cost.Middle([.. costs[1].Rounds.Zip(costs[0].Rounds, (mine, its) => mine / its)]), 2));
            }

            Table.Row([script, .. times, .. ratios]);
        }

        Table.Head("Counting tokens of unbroken runs", [
            "text", .. SizeNames.Select(s => $"{s}: µs"), "200 KB ÷ 100 KB (bar ≤ 2.3)", "1 MB (bar ≤ 600 ms)"]);
        foreach (var script in Texts.Unbroken)
        {
            var texts = Array.ConvertAll(Sizes, size => Texts.Of(script, size));
            var small = await Paired.MeasureAsync(20, 15, [.. texts.Take(2).Select(Count)]);
            var large = await Paired.MeasureAsync(1, 5, [.. texts.Skip(2).Take(2).Select(Count)]);
            var largest = Time(() => counter.Count(texts[^1], Model));
            Table.Row([
                script,
                .. small.Concat(large).Select(c => Table.Number(c.Least / 1000, 1)),
                Table.Number(largest.TotalMicroseconds),
                Table.Number(large[1].Least / large[0].Least, 2),
                $"{Table.Number(largest.TotalMilliseconds)} ms"]);
        }

        Subject Count(string text) => Subject.Of("count", () => { counter.Count(text, Model); });
    }

    private static TimeSpan Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started);
    }
}
