using System.Runtime.ExceptionServices;

namespace Orchestrator;

/// <summary>Keeps a call in line until there is a permit, another provider to ask, or nothing more to wait for.</summary>
internal static class LineWatch
{
    /// <summary>Waits until there is a permit, another provider to ask, or nothing more to wait for, and takes the call out of all
    /// lines.</summary>
    /// <returns>The permit, null for none; and whether the call's limit has run out.</returns>
    /// <param name="call">The call.</param>
    /// <param name="wait">Its places.</param>
    /// <param name="timeLeft">What its limit leaves; null when none holds.</param>
    public static async ValueTask<(PermitWaiter? Granted, bool IsOver)> RunAsync(RouteCall call, PermitWait wait, TimeSpan? timeLeft)
    {
        Exception? fault = null;
        var isOver = false;
        try
        {
            var end = wait.EndOf(timeLeft);
            while (!call.MustStop && !wait.IsGranted)
            {
                await wait.WaitAsync(end, call.ChangesAt).ConfigureAwait(false);
                if (wait.IsGranted || call.MustStop)
                    break;
                if (isOver = wait.IsOver(end))
                    break;
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

        return (await EndAsync(wait, fault).ConfigureAwait(false), isOver);
    }

    /// <summary>Waits for so long, or until there is a permit, and takes the call out of all lines.</summary>
    /// <returns>The permit; null for none.</returns>
    public static async ValueTask<PermitWaiter?> UntilAsync(RouteCall call, PermitWait wait, TimeSpan time)
    {
        Exception? fault = null;
        try
        {
            var end = wait.EndOf(time);
            while (!call.MustStop && !wait.IsGranted && !wait.IsOver(end))
                await wait.WaitAsync(end, long.MaxValue).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            fault = error;
        }

        return await EndAsync(wait, fault).ConfigureAwait(false);
    }

    private static async ValueTask<PermitWaiter?> EndAsync(PermitWait wait, Exception? fault)
    {
        var granted = await wait.EndAsync().ConfigureAwait(false) ? wait.Waiter : null;
        if (fault is null)
            return granted;
        granted?.Provider!.Withdraw(granted.Ticket);
        ExceptionDispatchInfo.Throw(fault);
        return null;
    }
}
