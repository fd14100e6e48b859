using System.Collections.Concurrent;

namespace Orchestrator;

/// <summary>The keys of messages that are logged once. Holds the latest thousand; the message of an older key may be logged again.
/// Thread-safe.</summary>
internal sealed class OnceSet<T>
    where T : notnull
{
    internal const int Most = 1024;
    private readonly ConcurrentDictionary<T, bool> _keys = new();
    private readonly ConcurrentQueue<T> _order = new();

    public bool Contains(T what) => _keys.ContainsKey(what);

    /// <summary>True the first time: then the caller logs the message.</summary>
    public bool TryAdd(T what)
    {
        if (_keys.ContainsKey(what) || !_keys.TryAdd(what, true))
            return false;
        _order.Enqueue(what);
        if (_order.Count > Most && _order.TryDequeue(out var oldest))
            _keys.TryRemove(oldest, out _);
        return true;
    }
}
