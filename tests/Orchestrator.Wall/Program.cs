using Orchestrator.Wall;

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

var failed = false;
foreach (var protocol in WallProtocols.Chosen(options.Protocol))
    failed |= !await WallRun.RunAsync(protocol, options);
return failed ? 1 : 0;
