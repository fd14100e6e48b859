using System.Runtime.ExceptionServices;

namespace Orchestrator;

/// <summary>Keeps a call in line until there is a permit, another provider to ask, or nothing more to wait for.</summary>
internal static class LineWatch
{
    /// <summary>Waits until there is a permit, another provider to ask, or nothing more to wait for, and takes the call out of all
    /// lines.</summary>
    /// <returns>The permit, null for none; and whether the time is over.</returns>
    /// <param name="call">The call.</param>
    /// <param name="wait">Its places.</param>
    /// <param name="time">How long it may wait; null where no limit holds.</param>
    /// <param name="looks">Whether it looks for other providers meanwhile; a call that also waits for the time of a retry does
    /// not.</param>
    public static async ValueTask<(PermitWaiter? Granted, bool IsOver)> RunAsync(
        RouteCall call, PermitWait wait, TimeSpan? time, bool looks)
    {
        Exception? fault = null;
        var isOver = false;
        try
        {
            var end = wait.EndOf(time);
            while (!call.MustStop && !wait.IsGranted)
            {
                await wait.WaitAsync(end, looks ? call.ChangesAt : long.MaxValue).ConfigureAwait(false);
                if (wait.IsGranted || call.MustStop)
                    break;
                if (isOver = wait.IsOver(end))
                    break;
                if (!looks)
                    continue;
                wait.HandOn();
                if (!wait.IsGranted && !await call.StaysInLineAsync(wait).ConfigureAwait(false))
                    break;
            }
        }
#pragma warning disable CA1031 // A clock that throws takes its call out of the lines first.
        catch (Exception error)
#pragma warning restore CA1031
        {
            fault = error;
        }

        var granted = await wait.EndAsync().ConfigureAwait(false) ? wait.Waiter : null;
        if (fault is not null)
        {
            granted?.Provider!.Withdraw(granted.Ticket);
            ExceptionDispatchInfo.Throw(fault);
        }

        return (granted, isOver);
    }
}
