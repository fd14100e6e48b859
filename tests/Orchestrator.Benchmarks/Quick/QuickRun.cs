using System.Diagnostics;

namespace Orchestrator.Benchmarks;

/// <summary>Everything the bars speak of, in one process and in about two minutes.</summary>
internal static class QuickRun
{
    private static readonly (string Name, Func<Task> Run)[] Sections =
    [
        ("calls", CallSections.BufferedAsync),
        ("streams", CallSections.StreamedAsync),
        ("strategies", CallSections.StrategiesAsync),
        ("ranking", CallSections.RankingAsync),
        ("tokens", TokenSection.RunAsync),
        ("scrape", ScrapeSection.RunAsync),
        ("threads", LoadSections.ThreadsAsync),
        ("memory", LoadSections.MemoryAsync),
        ("tail", LoadSections.TailAsync),
        ("waiting", WaitingSection.RunAsync),
        ("http", HttpSections.CompletionsAsync),
        ("http-streams", HttpSections.StreamsAsync),
        ("http-events", EventSection.RunAsync),
    ];

    public static async Task<int> RunAsync(string[] only)
    {
        if (only.FirstOrDefault(name => !Array.Exists(Sections, s => s.Name == name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no section '{unknown}'; there are: {string.Join(", ", Sections.Select(s => s.Name))}.");
            return 2;
        }

        var started = Stopwatch.GetTimestamp();
        Console.WriteLine($".NET {Environment.Version}, {Environment.ProcessorCount} processors, {DateTime.UtcNow:yyyy-MM-dd}.");
        // The order is fixed: the runtime optimises for what it sees first, and a program has one strategy, not four.
        foreach (var (name, run) in Sections)
        {
            if (only.Length == 0 || only.Contains(name))
                await run();
        }

        Console.WriteLine();
        Console.WriteLine($"Took {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s.");
        return 0;
    }
}
