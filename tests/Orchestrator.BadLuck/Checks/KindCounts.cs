using System.Globalization;

namespace Orchestrator.BadLuck;

/// <summary>How calls of each kind ended, for the table.</summary>
internal sealed class KindCounts
{
    private readonly SortedDictionary<CallKind, (long Calls, long Good, long Answered, long GoodFailed)> _counts = [];

    public long Good => _counts.Values.Sum(c => c.Good);

    public void Add(Call call, CallEnd end, bool isGood)
    {
        var (calls, good, answered, failed) = _counts.GetValueOrDefault(call.Kind);
        _counts[call.Kind] = (calls + 1, good + (isGood ? 1 : 0), answered + (end.IsAnswered ? 1 : 0),
            failed + (isGood && !end.IsAnswered ? 1 : 0));
    }

    /// <summary>The kinds that did not come about.</summary>
    public IEnumerable<CallKind> Missing => Enum.GetValues<CallKind>().Where(k => !_counts.ContainsKey(k));

    public IEnumerable<string> Rows() => _counts
        .Select(c => Row($"{c.Key}", $"{c.Value.Calls:N0}", $"{c.Value.Good:N0}", $"{c.Value.Answered:N0}", $"{c.Value.GoodFailed:N0}"))
        .Prepend(Row("kind", "calls", "good", "answered", "good that failed"));

    private static string Row(string kind, string calls, string good, string answered, string failed) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind,-14} {calls,10} {good,10} {answered,10} {failed,17}");
}
