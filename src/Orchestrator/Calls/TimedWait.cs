namespace Orchestrator;

/// <summary>One wait of a call for a time to pass, which may end early.</summary>
internal sealed class TimedWait(RouterClock clock)
{
    /// <summary>How long it took, in stamps; never zero after <see cref="RunAsync"/>.</summary>
    public long Waited { get; private set; }

    /// <summary>Waits. Ends at once when the call is cancelled or abandoned, which the call looks at next.</summary>
    /// <param name="time">How long.</param>
    /// <param name="change">What ends it early; null for nothing.</param>
    /// <param name="link">Links the wait to what cancels or abandons the call.</param>
    /// <returns>Whether all of the time has passed.</returns>
    public async ValueTask<bool> RunAsync(TimeSpan time, Task<bool>? change, Func<LinkedCancellation> link)
    {
        Waited = 1;
        if (time <= TimeSpan.Zero)
            return true;
        var from = clock.Now();
        var either = link();
        try
        {
            if (change is null)
                await Waits.DelayAsync(time, clock.Time, either.Token).ConfigureAwait(false);
            else
                await change.WithinAsync(time, clock.Time, either.Token).ConfigureAwait(false);
            return change is null;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            await LinkedCancellation.LeaveCancellingThread();
            return false;
        }
        finally
        {
            either.Unlink();
            Waited = Math.Max(1, clock.NowOr(from) - from);
        }
    }
}
