namespace Orchestrator;

/// <summary>
/// Who may serve one call, in the order to try: what the strategy ranked, then the avoided, least bad first. Read lazily, because
/// almost every call is served by the first.
/// </summary>
internal sealed class RoutePlan : IDisposable
{
    private const int MostRepeats = 1000;
    private readonly Candidate[] _available;
    private readonly Candidate[] _avoided;
    private readonly Action<Exception> _onFault;
    private IEnumerator<Candidate>? _ranking;
    private List<ProviderSlot>? _given;
    private ProviderSlot? _first;
    private ProviderSlot? _peeked;
    private bool _broken;
    private int _fallback;
    private int _nextAvoided;

    public RoutePlan(Candidate[] available, Candidate[] avoided, IRoutingStrategy strategy, RankContext context, Action<Exception> onFault)
    {
        _available = available;
        _avoided = avoided;
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

    public int Count => _available.Length + _avoided.Length;

    /// <summary>Whether an available candidate is still untried.</summary>
    public bool HasAnotherAvailable => Peek();

    public ProviderSlot? Next()
    {
        if (Peek())
        {
            var slot = _peeked!;
            _peeked = null;
            return Give(slot);
        }

        return _nextAvoided < _avoided.Length ? Give(_avoided[_nextAvoided++].Slot!) : null;
    }

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

    private ProviderSlot Give(ProviderSlot slot)
    {
        if (_first is null)
            _first = slot;
        else
            (_given ??= [_first]).Add(slot);
        return slot;
    }

    private bool Peek()
    {
        if (_peeked is not null)
            return true;
        try
        {
            // A strategy may name somebody twice, or go round for ever: what keeps bringing nobody new has ended.
            for (var repeats = 0; repeats < MostRepeats && _ranking is not null && _ranking.MoveNext(); repeats++)
            {
                var slot = _ranking.Current.Slot;
                if (slot is not null && !WasGiven(slot))
                    return Found(slot);
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
            var slot = _available[_fallback++].Slot!;
            if (!WasGiven(slot))
                return Found(slot);
        }

        return false;
    }

    private bool Found(ProviderSlot slot)
    {
        _peeked = slot;
        return true;
    }

    private bool WasGiven(ProviderSlot slot) => ReferenceEquals(_first, slot) || (_given?.Contains(slot) ?? false);

    private void Break(Exception error)
    {
        _ranking = null;
        _broken = true;
        _onFault(error);
    }
}
