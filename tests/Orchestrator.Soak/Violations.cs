using System.Collections.Concurrent;

namespace Orchestrator.Soak;

/// <summary>What broke. The first are kept to be printed, all are counted.</summary>
internal sealed class Violations
{
    private const int Kept = 20;
    private readonly ConcurrentQueue<string> _first = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Enough is known: going on would only repeat it.</summary>
    public bool IsEnough => Count >= Kept;

    public IReadOnlyCollection<string> First => _first;

    public void Add(string what)
    {
        if (Interlocked.Increment(ref _count) <= Kept)
            _first.Enqueue(what);
    }

    public void Expect(bool holds, Func<string> otherwise)
    {
        if (!holds)
            Add(otherwise());
    }
}
