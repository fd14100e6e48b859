namespace Orchestrator;

/// <summary>Taking turns by the call number.</summary>
internal static class Rotation
{
    /// <summary>Where a call starts among so many candidates, of which there is one at least.</summary>
    public static int StartOf(long sequence, int count) => (int)((ulong)sequence % (ulong)count);

    /// <summary>The candidates from the call's start on, and then those before it.</summary>
    public static IEnumerable<Candidate> Of(IReadOnlyList<Candidate> candidates, long sequence)
    {
        for (var i = 0; i < candidates.Count; i++)
            yield return candidates[(StartOf(sequence, candidates.Count) + i) % candidates.Count];
    }
}
