using System.Runtime.ExceptionServices;

namespace Orchestrator;

/// <summary>One wait for a permit, at several full providers at once.</summary>
/// <param name="clock">The router's clock.</param>
/// <param name="full">The providers.</param>
internal sealed class PermitWait(RouterClock clock, RegisteredProvider[] full)
{
    private readonly PermitWaiter _waiter = new();

    /// <summary>Whether one of the providers has left the list: the plan has to be made anew.</summary>
    public bool IsOvertaken { get; private set; }

    /// <summary>How long the wait took, in stamps; never zero.</summary>
    public long Waited { get; private set; }

    /// <summary>Joins the queues.</summary>
    /// <returns>False when none of them has room.</returns>
    public bool Join()
    {
        var joined = false;
        foreach (var registered in full)
        {
            joined |= registered.State.Join(registered, _waiter);
            IsOvertaken |= registered.IsRetired;
            if (_waiter.IsTaken)
                break;
        }

        return joined;
    }

    /// <summary>Waits for a permit, the call's end, its limit, or the moment another provider may be able to serve it.</summary>
    /// <param name="started">When the call began, for a clock that throws.</param>
    /// <param name="timeLeft">What the call's limit leaves; null when none holds.</param>
    /// <param name="changesAt">When another provider may be able to serve the call, as a stamp.</param>
    /// <param name="link">Links the wait to what cancels or abandons the call.</param>
    /// <returns>Whether the wait was not ended by time or cancellation, and the provider whose permit was granted; null when one left the
    /// list.</returns>
    public async ValueTask<(bool Granted, RegisteredProvider? Provider)> RunAsync(
        long started, TimeSpan? timeLeft, long changesAt, Func<LinkedCancellation> link)
    {
        LinkedCancellation? either = null;
        Exception? fault = null;
        var granted = true;
        var from = started;
        try
        {
            from = clock.Now();
            either = link();
            await _waiter.Permit.WithinAsync(Longest(timeLeft, changesAt, from), clock.Time, either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A clock that throws takes its call out of the queues first.
        catch (Exception error)
#pragma warning restore CA1031
        {
            fault = error is OperationCanceledException or TimeoutException ? null : error;
            // Granted at the same moment: the permit has to be taken, if only to be given back.
            granted = !_waiter.TryTake();
            await LinkedCancellation.LeaveCancellingThread();
        }
        finally
        {
            either?.Unlink();
            foreach (var registered in full)
                registered.State.Leave(_waiter);
        }

        var provider = granted ? await _waiter.Permit.ConfigureAwait(false) : null;
        Waited = Math.Max(1, clock.NowOr(from) - from);
        if (fault is not null)
        {
            provider?.Withdraw(default);
            ExceptionDispatchInfo.Throw(fault);
        }

        return (granted, provider);
    }

    private TimeSpan Longest(TimeSpan? timeLeft, long changesAt, long from)
    {
        var limit = timeLeft ?? Timeout.InfiniteTimeSpan;
        if (changesAt == long.MaxValue)
            return limit;
        var change = Waits.Sum(clock.Span(changesAt - from), TimeSpan.FromMilliseconds(1));
        return limit == Timeout.InfiniteTimeSpan || change < limit ? change : limit;
    }
}
