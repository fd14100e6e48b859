namespace Orchestrator.Testing;

/// <summary>Waits of any length: one timer takes 49.7 days at most.</summary>
internal static class LongWait
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    public static async Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (; time > Longest; time -= Longest)
            await Task.Delay(Longest, clock, cancellationToken).ConfigureAwait(false);
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
            time = TimeSpan.Zero;
        await Task.Delay(time, clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A limit as a timer takes it; beyond that it never comes.</summary>
    public static TimeSpan ForTimer(TimeSpan limit) => limit > Longest ? Timeout.InfiniteTimeSpan : limit;

    /// <summary>A moment some time from another; the last or first there is when that is further off.</summary>
    public static DateTimeOffset After(DateTimeOffset moment, TimeSpan time) =>
        time > DateTimeOffset.MaxValue - moment ? DateTimeOffset.MaxValue
        : time < DateTimeOffset.MinValue - moment ? DateTimeOffset.MinValue
        : moment + time;
}
