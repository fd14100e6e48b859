using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Fuzz;

// dotnet run -c Release --project tests/Orchestrator.Fuzz -- [--inputs N] [--seed S] [--reader name] [--replay file]
// N inputs for each reader; without a seed one of today's, which is printed. Exit code 1 when a reader broke a promise.
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Option("--replay") is { } file)
    return Replay(file);

var inputs = long.Parse(Option("--inputs") ?? "10000", CultureInfo.InvariantCulture);
var seed = Option("--seed") is { } given ? ulong.Parse(given, CultureInfo.InvariantCulture) : (ulong)Stopwatch.GetTimestamp() % 1_000_000;
var only = Option("--reader");
var names = FuzzReaders.New().Select(r => r.Name).Where(n => only is null || n.Contains(only, StringComparison.Ordinal)).ToList();
if (names.Count == 0)
{
    Console.WriteLine($"There is no reader '{only}'. There are: {string.Join(", ", FuzzReaders.New().Select(r => r.Name))}.");
    return 2;
}

Console.WriteLine($"Seed {seed}, {inputs:N0} inputs for each reader, {Environment.ProcessorCount} threads.");
var run = new FuzzRun(seed, inputs, Path.Combine("artifacts", "fuzz"), Environment.ProcessorCount);
FuzzRun.PrintHeader();
foreach (var name in names)
    run.Run(name, () => FuzzReaders.New().Single(r => r.Name == name));
Console.WriteLine($"fuzz: {run.Inputs} inputs, {run.Failures} failures");
return run.Failures == 0 ? 0 : 1;

static int Replay(string file)
{
    var input = FuzzCase.Load(file);
    var reader = FuzzReaders.New().Single(r => r.Name == input.Reader);
    Console.WriteLine(
        $"{input.Reader}, status {input.Status}, {input.Ending}, {string.Join("; ", input.Headers.Select(h => $"{h.Key}: {h.Value}"))}");
    Console.WriteLine(Encoding.UTF8.GetString(input.Bytes.Span[..Math.Min(input.Bytes.Length, 4096)]));
    // Code that runs for the first time is compiled, which allocates too: the last time counts.
    string? problem = null;
    Verdict verdict = default;
    for (var time = 0; time < 50; time++)
        problem = FuzzWorker.Read(reader, input, out verdict);
    Console.WriteLine(problem is null ? $"ended well: {verdict.Outcome}, {verdict.Allocated} bytes allocated" : $"FAILED {problem}");
    return problem is null ? 0 : 1;
}
