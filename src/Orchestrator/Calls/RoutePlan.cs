namespace Orchestrator;

/// <summary>
/// The providers that may serve one call, in the order to try: the one that the call is bound to, the one whose trial is due, what the
/// strategy ranked, those whose permits are all given out, then the ejected, least bad first. Read lazily, because almost every call is
/// served by the first.
/// </summary>
internal sealed class RoutePlan : IDisposable
{
    private const int MostRepeats = 1000;
    private readonly RegisteredProvider[] _available;
    private readonly CandidateState[] _states;
    private readonly PlanStrategy _strategy;
    private readonly RankContext _context;
    private IEnumerator<Candidate>? _ranking;
    private List<RegisteredProvider>? _seen;
    private RegisteredProvider? _firstSeen;
    private RegisteredProvider? _peeked;
    private Queue<RegisteredProvider>? _rest;
    private List<RegisteredProvider>? _forgotten;
    private UnavailableProviders? _unavailable;
    private object? _list;
    private bool _isRanked;
    private bool _isBound;

    // The next of the list where the strategy has thrown; below zero as long as it has not.
    private int _fallback = -1;

    /// <param name="available">The available providers, in the order of the list.</param>
    /// <param name="states">Their states.</param>
    /// <param name="unavailable">The others; null for none.</param>
    /// <param name="strategy">Orders the available ones.</param>
    /// <param name="context">What the strategy may know about the call.</param>
    /// <param name="first">The available one that the call is bound to, whatever the strategy says; null for none.</param>
    public RoutePlan(
        RegisteredProvider[] available,
        CandidateState[] states,
        UnavailableProviders? unavailable,
        PlanStrategy strategy,
        in RankContext context,
        RegisteredProvider? first = null)
    {
        _available = available;
        _states = states;
        _unavailable = unavailable;
        _strategy = strategy;
        _context = context;
        Count = available.Length + (unavailable?.Count ?? 0);
        if (first is null)
            return;
        _isBound = true;
        _peeked = _firstSeen = first;
    }

    /// <summary>Those whose permits are all given out; one of them is waited for when no other is available.</summary>
    public List<RegisteredProvider>? Full => _unavailable?.Full;

    /// <summary>The ejected that are untried, in the order to try.</summary>
    public List<RegisteredProvider>? EjectedProviders => _unavailable?.EjectedProviders;

    /// <inheritdoc cref="UnavailableProviders.Closed"/>
    public List<RegisteredProvider>? Closed => _unavailable?.Closed;

    /// <summary>When a provider that is ejected or excluded may become available, as a stamp.</summary>
    public long ChangesAt => _unavailable?.ChangesAt ?? long.MaxValue;

    /// <summary>How many there are in all.</summary>
    public int Count { get; }

    /// <summary>Whether the call may make a trial.</summary>
    public bool HasTrial => _unavailable?.Trial is not null;

    /// <summary>Whether an available candidate is still untried.</summary>
    public bool HasAnotherAvailable => Peek();

    /// <summary>The next to try, without those that are full or ejected.</summary>
    public RegisteredProvider? Next()
    {
        if (!_isBound && _unavailable?.TakeTrial() is { } trial)
            return trial;
        _isBound = false;
        if (!Peek())
            return null;
        var registered = _peeked;
        _peeked = null;
        return registered;
    }

    public RegisteredProvider? NextEjected() => _unavailable?.TakeEjected();

    /// <summary>How many candidates are untried: the available, the full and the ejected. Ranks the rest of the available.</summary>
    public int CountUntried()
    {
        var others = _unavailable?.Count ?? 0;
        if (!Peek())
            return others;
        while (NextRanked() is { } registered)
        {
            if (_forgotten?.Contains(registered) is not true)
                (_rest ??= []).Enqueue(registered);
        }

        return 1 + (_rest?.Count ?? 0) + others;
    }

    /// <summary>A provider was ejected since the plan was made.</summary>
    public void MoveToEjected(RegisteredProvider registered) => (_unavailable ??= new()).AddEjected(registered);

    /// <summary>A provider had a free permit when the plan was made, and has none now.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="ejected">Whether it is one of the ejected, and waited for only because no other is left.</param>
    public void MoveToFull(RegisteredProvider registered, bool ejected) => (_unavailable ??= new()).AddFull(registered, ejected);

    /// <summary>A provider was excluded since the plan was made.</summary>
    public void MoveToExcluded(RegisteredProvider registered) => (_unavailable ??= new()).AddExcluded(registered);

    /// <summary>Whether a provider could serve the call but for its exclusion.</summary>
    public bool IsExcluded(RegisteredProvider registered) => _unavailable?.IsExcluded(registered) ?? false;

    /// <inheritdoc cref="UnavailableProviders.Forget"/>
    public void Forget(RegisteredProvider registered)
    {
        _unavailable?.Forget(registered);
        // Its permit may have come at the moment at which this plan was made and found it free.
        (_forgotten ??= []).Add(registered);
    }

    /// <inheritdoc cref="UnavailableProviders.IsEjected"/>
    public bool IsEjected(RegisteredProvider registered) => _unavailable?.IsEjected(registered) ?? false;

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
            _strategy.NoteFault(error);
        }

        _ranking = null;
    }

    private bool Peek()
    {
        _peeked ??= Following();
        while (_peeked is not null && _forgotten?.Contains(_peeked) is true)
            _peeked = Following();
        return _peeked is not null;
    }

    private RegisteredProvider? Following() => _rest is { Count: > 0 } ? _rest.Dequeue() : NextRanked();

    private RegisteredProvider? NextRanked()
    {
        if (_available.Length == 0)
            return null;
        try
        {
            if (_firstSeen is null && _fallback < 0 && _strategy.FirstOf(_states, _context) is >= 0 and var first)
                return _firstSeen = _available[first];
            if (!_isRanked)
            {
                _isRanked = true;
                _ranking = _strategy.Rank(_available, _states, _context, out _list);
            }

            // A strategy may name a provider twice, or go round for ever: one that keeps naming no new one has ended.
            for (var repeats = 0; repeats < MostRepeats && _ranking is not null && _ranking.MoveNext(); repeats++)
            {
                var registered = ProviderOf(_ranking.Current);
                if (registered is not null && IsNew(registered))
                    return registered;
            }
        }
#pragma warning disable CA1031 // A strategy that throws costs its order, not the call.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Break(error);
        }

        while (_fallback >= 0 && _fallback < _available.Length)
        {
            var registered = _available[_fallback++];
            if (IsNew(registered))
                return registered;
        }

        return null;
    }

    /// <summary>The provider of a candidate; null for one that is not of this plan's own list.</summary>
    private RegisteredProvider? ProviderOf(in Candidate candidate) =>
        candidate.List is { } list && ReferenceEquals(list, _list) ? _available[candidate.Index] : null;

    private bool IsNew(RegisteredProvider registered)
    {
        if (ReferenceEquals(_firstSeen, registered) || (_seen?.Contains(registered) ?? false))
            return false;
        if (_firstSeen is null)
            _firstSeen = registered;
        else
            (_seen ??= []).Add(registered);
        return true;
    }

    private void Break(Exception error)
    {
        (_ranking, _isRanked) = (null, true);
        _fallback = Math.Max(0, _fallback);
        _strategy.NoteFault(error);
    }
}
