namespace Orchestrator;

/// <summary>
/// Taking turns. Each turn belongs to one of the set, whether it is available or not. The turns of one that is not are shared out evenly
/// among those in question: not by the turn's remainder, or one that is full in every second turn would send all of them to the same other.
/// </summary>
internal static class Rotation
{
    // 2^64 divided by the golden ratio: its multiples fall evenly into any number of parts, and so does every n-th of them.
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The candidate whose turn it is, of at least one.</summary>
    /// <param name="states">The available candidates.</param>
    /// <param name="context">Has the turn.</param>
    public static int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context)
    {
        var owner = OwnerOf(context, states.Length);
        if (context.Among <= states.Length)
            return owner;
        for (var i = 0; i < states.Length; i++)
        {
            if (states[i].Position == owner)
                return i;
        }

        return ShareOf(context, states.Length, states.Length);
    }

    /// <summary>The place in the set of the one that a turn belongs to.</summary>
    public static int OwnerOf(in RankContext context, int candidates) => (int)((ulong)context.Sequence % SetOf(context, candidates));

    /// <summary>Which of several gets a turn that belongs to none of them.</summary>
    public static int ShareOf(in RankContext context, int candidates, int several)
    {
        var round = (ulong)context.Sequence / SetOf(context, candidates);
        return (int)Math.BigMul(unchecked(round * Golden), (ulong)several, out _);
    }

    /// <summary>The candidates from one on, and then those before it.</summary>
    public static IEnumerable<Candidate> From(int first, IReadOnlyList<Candidate> candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
            yield return candidates[(first + i) % candidates.Count];
    }

    private static ulong SetOf(in RankContext context, int candidates) => (ulong)Math.Max(context.Among, candidates);
}
