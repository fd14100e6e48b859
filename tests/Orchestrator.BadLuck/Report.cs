namespace Orchestrator.BadLuck;

/// <summary>The table at the end.</summary>
internal static class Report
{
    public static void Print(Day day, double hours, TimeSpan took)
    {
        var checks = day.Checks;
        foreach (var row in checks.Kinds.Rows())
            Console.WriteLine(row);
        var waits = checks.Waits.Waits;
        waits.Sort();
        Console.WriteLine($"waits in lines: p50 {At(waits, 0.5):0.0} s, p99 {At(waits, 0.99):0.0} s, longest {At(waits, 1):0.0} s; "
            + $"{checks.Lines.Waited:N0} free calls waited, {checks.Lines.Pairs:N0} pairs out of order");
        Console.WriteLine($"at most {checks.Waits.MostOfExplained:P0} of the time that its place explains was taken by a good call");
        Console.WriteLine($"shares while all were available: {checks.Shares}");
        foreach (var row in day.Out.Rows())
            Console.WriteLine(row);
        Console.WriteLine($"attempts: {checks.Ledger.Attempts:N0}; {day.Clock.Events:N0} timers in {took.TotalSeconds:0} s");
        foreach (var (rule, count, first) in day.Violations.Found)
        {
            Console.WriteLine($"VIOLATED {count:N0} times: {rule}");
            foreach (var one in first)
                Console.WriteLine($"  {one}");
        }

        Console.WriteLine($"bad luck: {hours:0.##} h, {checks.Ledger.Calls:N0} calls, {checks.Kinds.Good:N0} of them good, "
            + $"{day.Violations.Count:N0} violations");
    }

    private static float At(List<float> sorted, double share) => sorted.Count == 0 ? 0 : sorted[(int)((sorted.Count - 1) * share)];
}
