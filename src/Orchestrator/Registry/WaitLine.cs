namespace Orchestrator;

/// <summary>
/// Places in the order in which their calls came first. A call that comes last is appended; one that returns is put in where it was, which
/// is near the front. Guarded by the lock of a <see cref="ProviderState"/>.
/// </summary>
internal sealed class WaitLine
{
    private WaitPlace? _last;

    public WaitPlace? First { get; private set; }

    /// <summary>How many places were looked at to put others in.</summary>
    public long Steps { get; private set; }

    public void Add(WaitPlace place)
    {
        // From both ends at once: newcomers belong at one, returning calls near the other.
        var arrival = place.Waiter.Arrival;
        var (before, after) = (_last, First);
        while (before is not null && before.Waiter.Arrival > arrival)
        {
            Steps++;
            if (after!.Waiter.Arrival > arrival)
            {
                before = after.Before;
                break;
            }

            (before, after) = (before.Before, after.After);
        }

        after = before is null ? First : before.After;
        (place.Line, place.Before, place.After) = (this, before, after);
        if (before is null)
            First = place;
        else
            before.After = place;
        if (after is null)
            _last = place;
        else
            after.Before = place;
    }

    public void Remove(WaitPlace place)
    {
        if (place.Before is null)
            First = place.After;
        else
            place.Before.After = place.After;
        if (place.After is null)
            _last = place.Before;
        else
            place.After.Before = place.Before;
        (place.Line, place.Before, place.After) = (null, null, null);
    }
}
