using System.Collections;

namespace Orchestrator;

/// <summary>A lazy order over candidates: the sequence and its first enumerator in one object, because a call seldom reads
/// past the first.</summary>
/// <remarks>Enumerating again gives a fresh copy. Not for two threads at once: a ranking belongs to one call.</remarks>
internal abstract class Ranking(Candidate[] candidates) : IEnumerable<Candidate>, IEnumerator<Candidate>
{
    private bool _taken;

    public Candidate Current => Candidates[Index];

    object IEnumerator.Current => Current;

    protected Candidate[] Candidates { get; } = candidates;

    /// <summary>How many were handed out already.</summary>
    protected int Count { get; private set; }

    /// <summary>Where the current one stands in <see cref="Candidates"/>; set by <see cref="Next"/>.</summary>
    protected int Index { get; set; }

    /// <summary>The router passes an array; anything else is copied once.</summary>
    public static Candidate[] ArrayOf(IReadOnlyList<Candidate> candidates) => candidates as Candidate[] ?? [.. candidates];

    public bool MoveNext()
    {
        if (Count >= Candidates.Length)
            return false;
        Next();
        Count++;
        return true;
    }

    public IEnumerator<Candidate> GetEnumerator()
    {
        if (_taken)
            return Fresh().GetEnumerator();
        _taken = true;
        return this;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Reset() => throw new NotSupportedException("Enumerate the ranking again instead.");

    public void Dispose()
    {
        // Nothing is held.
    }

    /// <summary>Sets <see cref="Index"/>; called only while some are left.</summary>
    protected abstract void Next();

    /// <summary>The same order again.</summary>
    protected abstract Ranking Fresh();

    /// <summary>Where a call starts in a rotation over <paramref name="length"/> places, of which there is one at least.</summary>
    protected static int StartOf(long sequence, int length) => (int)((ulong)sequence % (ulong)length);
}
