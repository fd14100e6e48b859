namespace Orchestrator.Soak;

/// <summary>When the last trials of one provider ran.</summary>
internal sealed class Trials
{
    private readonly Lock _lock = new();
    private readonly (long From, long To)[] _last = new (long, long)[8];
    private int _next;

    /// <summary>False when it overlaps another.</summary>
    public bool TryAdd(long from, long to)
    {
        lock (_lock)
        {
            foreach (var other in _last)
            {
                if (from < other.To && other.From < to)
                    return false;
            }

            _last[_next++ % _last.Length] = (from, to);
            return true;
        }
    }
}
