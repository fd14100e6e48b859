using System.Globalization;
using Orchestrator.Soak;

// Very many calls against everything that can go wrong, and four ledgers that must agree in the end:
//   dotnet run -c Release --project tests/Orchestrator.Soak -- --calls 5000000 [--seed 1] [--loopback 100000]
// Exit code 1 when anything broke.
var calls = Number("--calls", 200_000);
var loopback = Number("--loopback", 0);
var seed = Number("--seed", Environment.TickCount64);

// As many threads as there will ever be from the beginning, so that their number can be compared.
var threads = Math.Max(4, Environment.ProcessorCount);
ThreadPool.SetMinThreads(threads, threads);
ThreadPool.SetMaxThreads(threads, threads);

var violations = new Violations();
Console.WriteLine($"seed {seed}, {threads} threads");
if (calls > 0)
    await new SoakRun(calls, seed, violations).RunAsync();
if (loopback > 0)
    await new LoopbackRun(loopback, seed, violations).RunAsync();
foreach (var violation in violations.First)
    Console.WriteLine($"VIOLATION {violation}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"soak: {calls + loopback:N0} calls, {violations.Count} violations"));
return violations.Count == 0 ? 0 : 1;

long Number(string name, long otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length
        ? long.Parse(args[at + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture)
        : otherwise;
}
