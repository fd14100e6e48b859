namespace Orchestrator;

/// <summary>The calls that wait for one provider, first come, first served. Guarded by the lock of its
/// <see cref="ProviderState"/>.</summary>
internal sealed class WaitQueue
{
    // Those that take a permit only while the provider is not ejected, and those that take it anyway.
    private readonly WaitLine _line = new();
    private readonly WaitLine _anyway = new();
    private readonly BucketCounts _waits = new(Buckets.Latency);
    private WaitPlace? _toldFirst;
    private int _forPermit;
    private int _anywayCount;

    /// <summary>The calls that wait for a permit.</summary>
    public int Count => _forPermit + _anywayCount;

    public bool IsEmpty => _line.First is null && _anyway.First is null;

    /// <summary>How many places were looked at to put others in.</summary>
    public long Steps => _line.Steps + _anyway.Steps;

    /// <summary>The waiting times of calls that were given a permit.</summary>
    public BucketCounts Waits => _waits;

    /// <summary>Puts a place in, or lets one that is in wait for something else.</summary>
    public void Join(WaitPlace place, WaitFor what)
    {
        if (place.Line is not null)
            Leave(place);
        place.For = what;
        if (what != WaitFor.Availability)
            place.Waiter.AddAwaitedPermit();
        Add(what, 1);
        (what == WaitFor.PermitAnyway ? _anyway : _line).Add(place);
        if (_line.First == place)
            _toldFirst = place;
    }

    /// <summary>
    /// The first that waits for the provider's return keeps the time for all: wakes a new first, and where the time has changed the same
    /// again.
    /// </summary>
    public void TellFirst(bool again = false)
    {
        var first = FirstOf(_line);
        if (first == _toldFirst && !again)
            return;
        _toldFirst = first;
        if (first is { For: WaitFor.Availability })
            first.Waiter.Wake();
    }

    /// <summary>Takes a place out; does nothing for one that is in no line.</summary>
    public void Leave(WaitPlace place)
    {
        if (place.Line is not { } line)
            return;
        line.Remove(place);
        Add(place.For, -1);
        if (place.For != WaitFor.Availability)
            place.Waiter.RemoveAwaitedPermit();
    }

    /// <summary>The first place whose call still waits.</summary>
    /// <param name="isEjected">Whether only those count that wait for a permit of an ejected provider.</param>
    public WaitPlace? First(bool isEjected)
    {
        var anyway = FirstOf(_anyway);
        if (isEjected)
            return anyway;
        var first = FirstOf(_line);
        return first is null || anyway?.Waiter.Arrival < first.Waiter.Arrival ? anyway : first;
    }

    /// <summary>
    /// The provider is ejected: calls that wait for its permit wait for its return instead, or for its permit anyway where they wait for no
    /// other's.
    /// </summary>
    public void NoteEjected()
    {
        for (var place = _forPermit == 0 ? null : _line.First; place is not null;)
        {
            var at = place;
            place = place.After;
            if (at.For != WaitFor.Permit || !Close(at))
                continue;
            Join(at, WaitFor.PermitAnyway);
            // Another ejected provider may have a permit free.
            if (at.Waiter.HasSeveralPlaces)
                at.Waiter.Wake();
        }
    }

    /// <summary>The provider is excluded: calls that wait for its permit wait for its return instead. Those that wait for no permit any
    /// more make a new plan.</summary>
    public void NoteExcluded()
    {
        if (Count == 0)
            return;
        while (_anyway.First is { } anyway)
            Join(anyway, WaitFor.Permit);
        for (var place = _line.First; place is not null; place = place.After)
        {
            if (place.For == WaitFor.Permit && Close(place))
                place.Waiter.Wake();
        }
    }

    /// <summary>A registration has left the list: its places are gone, and their calls make a new plan.</summary>
    public void SendAway(RegisteredProvider registered)
    {
        SendAway(_anyway, registered);
        SendAway(_line, registered);
    }

    private void SendAway(WaitLine line, RegisteredProvider registered)
    {
        for (var place = line.First; place is not null;)
        {
            var (at, after) = (place, place.After);
            if (at.Registered == registered)
            {
                Leave(at);
                at.Waiter.Wake();
            }

            place = after;
        }
    }

    /// <summary>The permit is not waited for any more.</summary>
    /// <returns>Whether it was the last that its call has waited for.</returns>
    private bool Close(WaitPlace place)
    {
        Add(place.For, -1);
        place.For = WaitFor.Availability;
        return place.Waiter.RemoveAwaitedPermit();
    }

    private WaitPlace? FirstOf(WaitLine line)
    {
        while (line.First is { Waiter.IsTaken: true } gone)
            Leave(gone);
        return line.First;
    }

    private void Add(WaitFor what, int more)
    {
        if (what == WaitFor.Permit)
            _forPermit += more;
        else if (what == WaitFor.PermitAnyway)
            _anywayCount += more;
    }
}
