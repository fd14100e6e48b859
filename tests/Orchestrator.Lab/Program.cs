using Orchestrator.Lab;

// A real server behind a real router, from outside to outside. See docs/testing.md, "A real server".
// dotnet run -c Release --project tests/Orchestrator.Lab -- [--url URL] [--expected FILE] [--completion-tokens N] [--calls N]
//   [--concurrency N] [--model NAME] [--pid PID] [--start COMMAND]
try
{
    return await RunAsync(LabOptions.Read(args));
}
catch (LabException failure)
{
    Console.Error.WriteLine($"lab: {failure.Message}");
    return 2;
}

static async Task<int> RunAsync(LabOptions options)
{
    if (options.Url is null)
        return Skip();
    using var view = new ServerView(options.Url);
    var isListening = await view.IsListeningAsync();
    if (!isListening && options.Start is null)
        return Skip();
    if (isListening && options.Start is not null && options.Pid is null)
        throw new LabException("A server answers already, and --start would start another: stop it, or allow it to be killed with --pid.");

    var findings = new Findings();
    using var process = new ServerProcess(options);
    // The model's name is known only when the server answers; until then any will do, it is not asked for its answer.
    if (!isListening)
        await new Deaths(options, options.Model ?? "any", process, findings).AskWhileLoadingAsync();
    var model = options.Model ?? await view.ModelAsync();
    Console.WriteLine($"lab: {options.Calls} calls to '{model}' at {options.Url}");

    var server = new ServerSide(options, model, view, findings);
    await server.CompareCountersAsync();
    var ledger = new Ledger();
    await using (var router = Setup.Router(ledger, Setup.Provider(options.Url, model)))
    {
        await new MixedCalls(options, router, ledger, findings).RunAsync();
        await Totals.CompareAsync(router, ledger, findings);
    }

    Console.WriteLine("lab: the calls are through; now the server's slots, its context and its death");
    await server.CompareSlotsAsync();
    await server.CompareOverflowAsync();
    await KillAsync(options, model, process, findings);
    findings.Print();
    Console.WriteLine($"lab: {options.Calls} calls, {findings.Mismatches} mismatches");
    return findings.Mismatches == 0 ? 0 : 1;
}

static async Task KillAsync(LabOptions options, string model, ServerProcess process, Findings findings)
{
    if (!process.CanKill)
    {
        findings.Note("killed mid-stream", "skipped, needs --pid or --start");
        return;
    }

    var deaths = new Deaths(options, model, process, findings);
    await deaths.KillMidStreamAsync();
    if (!process.CanStart)
    {
        findings.Note("two providers, server killed", "skipped, needs --start");
        return;
    }

    await deaths.AskWhileLoadingAsync();
    await new Failover(options, model, process, findings).RunAsync();
}

static int Skip()
{
    Console.WriteLine($"lab: skipped, no server (set {LabOptions.UrlVariable} to the address of one, see docs/testing.md)");
    return 0;
}
