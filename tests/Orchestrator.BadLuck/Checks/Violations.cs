namespace Orchestrator.BadLuck;

/// <summary>What broke, by rule. Of each rule the first are kept to be printed, all are counted.</summary>
internal sealed class Violations(long seed, WorldClock clock)
{
    private const int Kept = 3;
    private readonly SortedDictionary<string, (int Count, List<string> First)> _found = new(StringComparer.Ordinal);

    public int Count => _found.Values.Sum(f => f.Count);

    public IEnumerable<(string Rule, int Count, IReadOnlyList<string> First)> Found =>
        _found.Select(f => (f.Key, f.Value.Count, (IReadOnlyList<string>)f.Value.First));

    public void Add(string rule, string what)
    {
        var (count, first) = _found.TryGetValue(rule, out var found) ? found : (0, []);
        if (count < Kept)
            first.Add($"seed {seed}, {(int)clock.Now.TotalHours:00}{clock.Now:\\:mm\\:ss\\.fff}: {what}");
        _found[rule] = (count + 1, first);
    }

    public void Expect(bool holds, string rule, Func<string> otherwise)
    {
        if (!holds)
            Add(rule, otherwise());
    }
}
