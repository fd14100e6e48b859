namespace Orchestrator.BadLuck;

/// <summary>First come, first served: whether calls that began to wait in the same lines were asked in the order they came.</summary>
/// <remarks>A free call stands in a line when no provider was available as it began, and no vendor has seen it when it waits for the first
/// time. Lines are the same when the same providers were full. Two calls are out of order when the later one reached a vendor at an
/// earlier time; at the same time there is no order.</remarks>
internal sealed class LineCheck(Violations violations, WorldClock clock)
{
    private readonly Dictionary<string, List<Call>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Id, TimeSpan At)>> _passed = new(StringComparer.Ordinal);

    /// <summary>How many stand in a line and have not been at any vendor.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many have stood in one.</summary>
    public long Waited { get; private set; }

    /// <summary>How many pairs were out of order.</summary>
    public long Pairs { get; private set; }

    public void Joined(Call call)
    {
        if (!_waiting.TryGetValue(call.WaitsAt!, out var line))
            (_waiting[call.WaitsAt!], _passed[call.WaitsAt!]) = (line = [], []);
        line.Add(call);
        Waiting++;
        Waited++;
    }

    /// <summary>A waiting call has reached a vendor.</summary>
    public void Started(Call call)
    {
        Left(call);
        var passed = _passed[call.WaitsAt!];
        var before = passed.Count(p => p.Id > call.Id && p.At < clock.Now);
        Pairs += before;
        violations.Expect(
            before == 0, "first come, first served",
            () => $"{call} waited at {call.WaitsAt} since {call.Began}, and {before} that came after it were asked before it");
        passed.Add((call.Id, clock.Now));
        // Those that came before all who wait can be out of order with none of them.
        var first = _waiting[call.WaitsAt!] is { Count: > 0 } line ? line[0].Id : int.MaxValue;
        passed.RemoveAll(p => p.Id < first && p.At < clock.Now);
    }

    /// <summary>A waiting call is asked or over.</summary>
    public void Left(Call call)
    {
        if (_waiting[call.WaitsAt!].Remove(call))
            Waiting--;
    }
}
