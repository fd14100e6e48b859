namespace Orchestrator;

/// <summary>
/// Who may serve one call, in the order to try: the provider whose trial is due, what the strategy ranked, those whose places are all taken,
/// then the avoided, least bad first. Read lazily, because almost every call is served by the first.
/// </summary>
internal sealed class RoutePlan : IDisposable
{
    private const int MostRepeats = 1000;
    private readonly RegisteredProvider[] _slots;
    private readonly Candidate[] _available;
    private readonly Action<Exception> _onFault;
    private IEnumerator<Candidate>? _ranking;
    private List<RegisteredProvider>? _seen;
    private RegisteredProvider? _firstSeen;
    private RegisteredProvider? _trial;
    private RegisteredProvider? _peeked;
    private Queue<RegisteredProvider>? _rest;
    private List<RegisteredProvider>? _avoidedAndFull;
    private bool _broken;
    private int _fallback;

    public RoutePlan(RegisteredProvider[] slots, Candidate[] available, in UnavailableProviders odd, IRoutingStrategy strategy, RankContext context, Action<Exception> onFault)
    {
        _slots = slots;
        _available = available;
        _trial = odd.Trial;
        Full = odd.Full;
        Avoided = odd.Avoided;
        ChangesAt = odd.ChangesAt;
        Count = available.Length + (odd.Trial is null ? 0 : 1) + (odd.Full?.Count ?? 0) + (odd.Avoided?.Count ?? 0);
        _onFault = onFault;
        if (available.Length == 0)
            return;
        try
        {
            _ranking = strategy.Rank(available, context).GetEnumerator();
        }
#pragma warning disable CA1031 // A strategy that throws costs its order, not the call.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Break(error);
        }
    }

    /// <summary>Those whose places are all taken; one of them is waited for when no other is free.</summary>
    public List<RegisteredProvider>? Full { get; private set; }

    /// <summary>The avoided that are untried, in the order to try.</summary>
    public List<RegisteredProvider>? Avoided { get; private set; }

    /// <summary>When somebody who is left out or avoided may stand better, as a stamp.</summary>
    public long ChangesAt { get; }

    /// <summary>How many there are in all.</summary>
    public int Count { get; }

    /// <summary>Whether an available candidate is still untried.</summary>
    public bool HasAnotherAvailable => Peek();

    /// <summary>The next to try, without those that are full or avoided.</summary>
    public RegisteredProvider? Next()
    {
        if (_trial is { } trial)
        {
            _trial = null;
            return trial;
        }

        if (!Peek())
            return null;
        var slot = _peeked;
        _peeked = null;
        return slot;
    }

    public RegisteredProvider? NextAvoided()
    {
        if (Avoided is not { Count: > 0 })
            return null;
        var slot = Avoided[0];
        Avoided.RemoveAt(0);
        return slot;
    }

    /// <summary>How many available candidates are untried. Ranks the rest of them.</summary>
    public int CountUntried()
    {
        if (!Peek())
            return 0;
        while (Pull() is { } slot)
            (_rest ??= []).Enqueue(slot);
        return 1 + (_rest?.Count ?? 0);
    }

    /// <summary>What stood better when the plan was made is avoided now.</summary>
    public void MoveToAvoided(RegisteredProvider slot) => (Avoided ??= []).Add(slot);

    /// <summary>What had a place when the plan was made has none now.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="avoided">Whether it is one of the avoided, and waited for only because nobody else is left.</param>
    public void MoveToFull(RegisteredProvider slot, bool avoided)
    {
        (Full ??= []).Add(slot);
        if (avoided)
            (_avoidedAndFull ??= []).Add(slot);
    }

    /// <summary>Whether a full slot is one of the avoided.</summary>
    public bool IsAvoided(RegisteredProvider slot) => _avoidedAndFull?.Contains(slot) ?? false;

    public void Dispose()
    {
        try
        {
            _ranking?.Dispose();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _onFault(error);
        }

        _ranking = null;
    }

    private bool Peek() => (_peeked ??= _rest is { Count: > 0 } ? _rest.Dequeue() : Pull()) is not null;

    private RegisteredProvider? Pull()
    {
        try
        {
            // A strategy may name somebody twice, or go round for ever: what keeps bringing nobody new has ended.
            for (var repeats = 0; repeats < MostRepeats && _ranking is not null && _ranking.MoveNext(); repeats++)
            {
                var slot = SlotOf(_ranking.Current);
                if (slot is not null && IsNew(slot))
                    return slot;
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Break(error);
        }

        while (_broken && _fallback < _available.Length)
        {
            var slot = _slots[_available[_fallback++].Index];
            if (IsNew(slot))
                return slot;
        }

        return null;
    }

    /// <summary>The provider of a candidate; null for one that is not of this plan.</summary>
    private RegisteredProvider? SlotOf(in Candidate candidate) => ReferenceEquals(candidate.Plan, _slots) ? _slots[candidate.Index] : null;

    private bool IsNew(RegisteredProvider slot)
    {
        if (ReferenceEquals(_firstSeen, slot) || (_seen?.Contains(slot) ?? false))
            return false;
        if (_firstSeen is null)
            _firstSeen = slot;
        else
            (_seen ??= []).Add(slot);
        return true;
    }

    private void Break(Exception error)
    {
        _ranking = null;
        _broken = true;
        _onFault(error);
    }
}
