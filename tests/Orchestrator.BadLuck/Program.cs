using System.Diagnostics;
using System.Globalization;
using Orchestrator.BadLuck;

// A day of bad luck, in virtual time: two hundred callers ask three providers again and again, and everything goes wrong that can go wrong
// for one of them, while the others must not notice:
//   dotnet run -c Release --project tests/Orchestrator.BadLuck -- --hours 24 [--seed 1] [--without Firewall,DeadKey]
// Exit code 1 when one of the rules was broken, or a kind of bad luck did not come about. --without leaves out kinds of calls and of
// causes.
var hours = double.Parse(Value("--hours") ?? "1", CultureInfo.InvariantCulture);
var seed = long.Parse(Value("--seed") ?? "1", CultureInfo.InvariantCulture);
HashSet<string> without = [.. (Value("--without") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)];
Console.WriteLine($"seed {seed}");
var begun = Stopwatch.GetTimestamp();
var day = new Day(hours, seed, without);
day.Run();
var missing = string.Join(", ", day.Checks.Kinds.Missing.Where(k => !without.Contains(k.ToString())));
if (missing.Length > 0)
    Console.WriteLine($"Did not come about: {missing}; take more hours.");
Report.Print(day, hours, Stopwatch.GetElapsedTime(begun));
return day.Violations.Count == 0 && missing.Length == 0 ? 0 : 1;

string? Value(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
