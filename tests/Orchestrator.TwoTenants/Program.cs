using System.Globalization;
using Orchestrator.Soak;
using Orchestrator.TwoTenants;

// Two tenants of one process, each with servers and prompts of its own, and handlers that read requests twice, late and after their
// answers. Every server checks that each byte it receives is one of its own tenant's request:
//   dotnet run -c Release --project tests/Orchestrator.TwoTenants -- --calls 100000 [--seed 1]
// Exit code 1 when a byte was another one, or nothing was tried.
var calls = Number("--calls", 10_000);
var seed = Number("--seed", Environment.TickCount64);
Console.WriteLine($"seed {seed}");
var violations = new Violations();
var counts = new Counts();
await new Run(calls, seed, violations, counts).RunAsync();
Console.WriteLine(counts);
foreach (var violation in violations.First)
    Console.WriteLine($"VIOLATION {violation}");
if (!counts.HasTriedAll)
    Console.WriteLine("Not every kind of call and reading came about; take more calls.");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tenants: {counts.Calls:N0} calls, {violations.Count} violations"));
return violations.Count == 0 && counts.HasTriedAll ? 0 : 1;

long Number(string name, long otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length
        ? long.Parse(args[at + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture)
        : otherwise;
}
