namespace Orchestrator.Wall;

/// <summary>The wall in one protocol: its table on the console, its scorecard in a file.</summary>
internal static class WallRun
{
    /// <summary>Runs it; false when something is below the bar.</summary>
    public static async Task<bool> RunAsync(IWallProtocol protocol, WallArguments options)
    {
        var card = new WallCard(protocol.Name, options.RealTime);
        var isWhole = options.Only.Count == 0;
        Console.WriteLine($"# {protocol.Name}\n");
        (string Title, IReadOnlyList<WallScenario> Scenarios)[] parts =
        [
            ("The public benchmark's faults", WallScenarios.Public), ("Faults of the transport", WallScenarios.Transport),
            ("What the benchmark lacks", WallScenarios.Own),
        ];
        foreach (var (title, scenarios) in parts)
        {
            Console.WriteLine($"{title}\nid   mode               verdict  prim.   sec.    caller    note");
            foreach (var scenario in scenarios.Where(s => isWhole || options.Only.Contains(s.Id)))
            {
                foreach (var mode in scenario.Modes)
                {
                    var result = await WallRunner.RunAsync(scenario, mode, protocol, options.RealTime);
                    card.Add(result);
                    Console.WriteLine(WallCard.Row(result));
                }
            }

            Console.WriteLine();
        }

        // Without servers, so the same for every protocol.
        if (protocol.Name == "openai" && options.Seeds > 0 && (isWhole || options.Only.Contains("S15")))
        {
            card.Seeds = OutageSeeds.Run(options.Seeds);
            Console.WriteLine($"{card.Seeds}\n");
        }

        var file = FileOf(options.Json, protocol.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, card.Json());
        if (options.Markdown)
            Console.WriteLine($"{card.Markdown('S')}\n{card.Markdown('N')}\n{card.Markdown('F')}");
        foreach (var mode in WallModes.All)
            Console.WriteLine($"{protocol.Name}, {mode.Name()}: {card.CountsText(mode)}");
        foreach (var letter in "NF")
            Console.WriteLine($"{protocol.Name}, {letter}: {card.Tally(letter)}");
        return card.IsUpToBar(isWhole);
    }

    private static string FileOf(string json, string protocol)
    {
        var file = Path.GetFullPath(json);
        return protocol == "openai"
            ? file
            : Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}-{protocol}{Path.GetExtension(file)}");
    }
}
