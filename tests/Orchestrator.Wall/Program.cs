using Orchestrator.Testing.Wall;
using Orchestrator.WallRun;

// Every fault of the wall against the router as it stands; see docs/reliability.md.
WallArguments options;
try
{
    options = WallArguments.Parse(args);
}
catch (Exception error) when (error is ArgumentException or FormatException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

if (options.Endpoint is not null)
    return await WallEndpoint.RunAsync(options);

var protocol = WallProtocols.Named(options.Protocol);
var card = new WallCard(options.Protocol, options.RealTime);
var isWhole = options.Only.Count == 0;
foreach (var (title, scenarios) in new[] { ("The public benchmark's faults", WallScenarios.Public), ("Faults of the transport", WallScenarios.Transport), ("What the benchmark lacks", WallScenarios.Own) })
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

if (options.Seeds > 0 && (isWhole || options.Only.Contains("S15")))
{
    card.Seeds = OutageSeeds.Run(options.Seeds);
    Console.WriteLine($"{card.Seeds}\n");
}

if (Path.GetDirectoryName(Path.GetFullPath(options.Json)) is { } folder)
    Directory.CreateDirectory(folder);
await File.WriteAllTextAsync(options.Json, card.Json());
if (options.Markdown)
    Console.WriteLine($"{card.Markdown('S')}\n{card.Markdown('N')}\n{card.Markdown('F')}");
foreach (var mode in WallModes.All)
    Console.WriteLine($"{mode.Name()}: {card.CountsText(mode)}");
return card.IsUpToBar(isWhole) ? 0 : 1;
