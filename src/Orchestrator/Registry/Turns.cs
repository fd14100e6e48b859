namespace Orchestrator;

/// <summary>
/// The turns of each set of candidates, by the names in it: a list that is replaced by one of the same names goes on. The set of all
/// providers of the list is at hand; of other sets the 256 that were used last are kept. Thread-safe.
/// </summary>
internal sealed class Turns
{
    internal const int MostSets = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string[], TurnCount> _sets = new(new NameSetComparer());
    private volatile Whole _whole = new([], new TurnCount());

    /// <summary>The whole list, where this is it; null while it is being changed.</summary>
    public Whole? WholeOf(RegisteredProvider[] all) => _whole is var whole && ReferenceEquals(whole.All, all) ? whole : null;
    private long _lookUps;

    /// <summary>The list of providers has changed.</summary>
    public void SetWhole(RegisteredProvider[] all)
    {
        lock (_lock)
            _whole = new(all, OfUnderLock(all));
    }

    /// <summary>The turns of a set.</summary>
    /// <param name="all">The list that the set was taken from.</param>
    /// <param name="set">The candidates of the call.</param>
    public TurnCount Of(RegisteredProvider[] all, RegisteredProvider[] set)
    {
        if (WholeOf(all, set) is { } whole)
            return whole;
        lock (_lock)
            return OfUnderLock(set);
    }

    /// <summary>The turn that the next free call among a set takes. Changes nothing.</summary>
    public long PeekOf(RegisteredProvider[] all, RegisteredProvider[] set)
    {
        if (WholeOf(all, set) is { } whole)
            return whole.Peek();
        lock (_lock)
            return _sets.GetAlternateLookup<RegisteredProvider[]>().TryGetValue(set, out var count) ? count.Peek() : 0;
    }

    private TurnCount? WholeOf(RegisteredProvider[] all, RegisteredProvider[] set) =>
        set.Length == all.Length ? WholeOf(all)?.Count : null;

    private TurnCount OfUnderLock(RegisteredProvider[] set)
    {
        var sets = _sets.GetAlternateLookup<RegisteredProvider[]>();
        if (!sets.TryGetValue(set, out var count))
        {
            if (_sets.Count >= MostSets)
                ForgetOldestUnderLock();
            sets[set] = count = new TurnCount();
        }

        count.UsedAt = ++_lookUps;
        return count;
    }

    private void ForgetOldestUnderLock()
    {
        // The set of the whole list is used without being looked up.
        _whole.Count.UsedAt = ++_lookUps;
        _sets.Remove(_sets.MinBy(static set => set.Value.UsedAt).Key);
    }

    /// <summary>The list of providers as a whole, with what every call asks about it.</summary>
    /// <param name="All">The providers.</param>
    /// <param name="Count">Their turns.</param>
    internal sealed record Whole(RegisteredProvider[] All, TurnCount Count)
    {
        /// <summary>Whether each of them can serve any request.</summary>
        public bool AreAllCapable { get; } = Array.TrueForAll(All, static s => s.Info.Capabilities == ProviderCapabilities.All);

        /// <summary>Whether a buffered call would be streamed from each of them.</summary>
        public bool PreferStreaming { get; } = Array.TrueForAll(All, static s => s.Info.PrefersStreaming);
    }
}
