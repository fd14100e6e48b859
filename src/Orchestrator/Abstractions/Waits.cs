namespace Orchestrator;

/// <summary>
/// All waits and sums of times. Every length that an option accepts works: a timer is limited to 49.7 days, so a longer wait consists of
/// several; a sum or product that overflows becomes <see cref="TimeSpan.MaxValue"/>.
/// </summary>
internal static class Waits
{
    /// <summary>The longest time that one timer is set for.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    /// <summary>Waits; forever for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static Task DelayAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken) =>
        delay <= LongestTimer ? Task.Delay(NotNegative(delay), time, cancellationToken) : LongDelayAsync(delay, time, cancellationToken);

    /// <summary>Waits for a task for so long; forever for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    /// <exception cref="TimeoutException">The time was over first.</exception>
    public static Task<T> WithinAsync<T>(this Task<T> task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken) =>
        limit <= LongestTimer
            ? task.WaitAsync(NotNegative(limit), time, cancellationToken)
            : LongWithinAsync(task, limit, time, cancellationToken);

    /// <summary>A time for the constructors of timers and cancellation sources. A longer one than they accept becomes
    /// infinite.</summary>
    public static TimeSpan ForTimer(TimeSpan limit) => limit > LongestTimer ? Timeout.InfiniteTimeSpan : NotNegative(limit);

    /// <summary>Disposes a timer whose clock may throw: one that goes on finds that nothing waits for it.</summary>
    public static void DisposeSafely(this ITimer? timer)
    {
        try
        {
            timer?.Dispose();
        }
#pragma warning disable CA1031 // The clock is the user's.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nothing depends on it.
        }
    }

    public static TimeSpan Sum(TimeSpan a, TimeSpan b) =>
        b > TimeSpan.Zero && a > TimeSpan.MaxValue - b ? TimeSpan.MaxValue
        : b < TimeSpan.Zero && a < TimeSpan.MinValue - b ? TimeSpan.MinValue
        : a + b;

    /// <summary>A length times a factor of zero or more.</summary>
    public static TimeSpan Product(TimeSpan length, double factor) => Ticks(length.Ticks * factor);

    /// <summary>The stamp that comes so many stamps after another.</summary>
    public static long Later(long stamp, long stamps) => stamps > 0 && stamp > long.MaxValue - stamps ? long.MaxValue : stamp + stamps;

    private static TimeSpan Ticks(double ticks) =>
        ticks >= long.MaxValue ? TimeSpan.MaxValue : ticks <= long.MinValue ? TimeSpan.MinValue : new TimeSpan((long)Math.Round(ticks));

    private static TimeSpan NotNegative(TimeSpan time) => time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : time;

    private static async Task LongDelayAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        for (; delay > LongestTimer; delay -= LongestTimer)
            await Task.Delay(LongestTimer, time, cancellationToken).ConfigureAwait(false);
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<T> LongWithinAsync<T>(Task<T> task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        for (; limit > LongestTimer; limit -= LongestTimer)
        {
            try
            {
                return await task.WaitAsync(LongestTimer, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!task.IsCompleted)
            {
                // One of several timers has fired; the next follows.
            }
        }

        return await task.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
    }
}
