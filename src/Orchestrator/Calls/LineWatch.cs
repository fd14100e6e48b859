namespace Orchestrator;

/// <summary>Keeps a call in line until there is a permit, another provider to ask, or nothing more to wait for.</summary>
internal static class LineWatch
{
    /// <returns>Whether the call's limit has run out, and what the router's clock threw, if it did.</returns>
    /// <param name="call">The call.</param>
    /// <param name="wait">Its places.</param>
    /// <param name="timeLeft">What its limit leaves; null when none holds.</param>
    public static async ValueTask<(bool IsOver, Exception? Fault)> RunAsync(IWaitingCall call, PermitWait wait, TimeSpan? timeLeft)
    {
        try
        {
            var end = wait.EndOf(timeLeft);
            while (!call.MustStop && !wait.IsGranted)
            {
                await wait.WaitAsync(end, call.ChangesAt).ConfigureAwait(false);
                if (wait.IsGranted || call.MustStop)
                    break;
                if (wait.IsOver(end))
                    return (true, null);
                if (!await StaysAsync(call, wait).ConfigureAwait(false))
                    break;
            }

            return (false, null);
        }
#pragma warning disable CA1031 // A clock that throws takes its call out of the lines first.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return (false, error);
        }
    }

    /// <summary>Looks at the providers as they are now, without leaving any line.</summary>
    private static async ValueTask<bool> StaysAsync(IWaitingCall call, PermitWait wait)
    {
        wait.HandOn();
        if (wait.IsGranted)
            return true;
        try
        {
            call.GoBy(await call.PlanAnewAsync().ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Planned once more outside the lines, where what it throws is the call's.
        catch (Exception)
#pragma warning restore CA1031
        {
            call.GoBy(null);
            return false;
        }

        return call.StaysInLine(wait);
    }
}
