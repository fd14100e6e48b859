using System.Collections.Concurrent;

namespace Orchestrator;

/// <summary>What was said once and is not to be said again. Knows the latest thousand: with more, the oldest may be said a second time.
/// Thread-safe.</summary>
internal sealed class OnceSet<T>
    where T : notnull
{
    internal const int Most = 1024;
    private readonly ConcurrentDictionary<T, bool> _said = new();
    private readonly ConcurrentQueue<T> _order = new();

    public bool Contains(T what) => _said.ContainsKey(what);

    /// <summary>True the first time: the caller logs it.</summary>
    public bool TryAdd(T what)
    {
        if (_said.ContainsKey(what) || !_said.TryAdd(what, true))
            return false;
        _order.Enqueue(what);
        if (_order.Count > Most && _order.TryDequeue(out var oldest))
            _said.TryRemove(oldest, out _);
        return true;
    }
}
