namespace Orchestrator;

/// <summary>A router's clock: time stamps, and the one place where they become durations. Thread-safe.</summary>
internal sealed class RouterClock(TimeProvider time)
{
    private readonly bool _isSystem = ReferenceEquals(time, TimeProvider.System);
    private readonly double _ticksPerStamp = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;

    public TimeProvider Time => time;

    /// <summary>Time stamps a second, read once.</summary>
    public long Frequency { get; } = time.TimestampFrequency;

    public long Now() => time.GetTimestamp();

    /// <summary>
    /// The time of one of the many small steps of a stream: as precise as the system's coarse clock has ticks (1 to 4 ms on Linux, 16 ms on
    /// Windows), at a sixth of the price. What passes between two ticks counts for the step in which the second one falls, so the steps add
    /// up to the whole time. A clock that is not the system's is looked at each time.
    /// </summary>
    /// <param name="last">The last such stamp, which is replaced when a tick has passed.</param>
    public long Now(ref CoarseStamp last)
    {
#pragma warning disable RS0030 // Only tells whether the system's own clock has moved on; the time itself is taken from TimeProvider.
        var tick = _isSystem ? Environment.TickCount64 : last.Tick + 1;
#pragma warning restore RS0030
        if (tick != last.Tick)
            last = new CoarseStamp(Now(), tick);
        return last.Value;
    }

    /// <summary>The time, for code that must return a permit even if the clock throws.</summary>
    /// <param name="otherwise">The value when the clock throws.</param>
    public long NowOr(long otherwise)
    {
        try
        {
            return Now();
        }
#pragma warning disable CA1031 // A clock that throws costs a duration, not a permit.
        catch (Exception)
#pragma warning restore CA1031
        {
            return otherwise;
        }
    }

    /// <summary>The duration of a number of stamps; zero for a negative one.</summary>
    public TimeSpan Span(long stamps) => new(Math.Max(0, (long)(stamps * _ticksPerStamp)));

    public double Seconds(long stamps) => Math.Max(0, stamps) / (double)Frequency;

    /// <summary>The stamps of a duration.</summary>
    // Multiplied first, so that a whole number of stamps is not rounded down.
    public long Stamps(TimeSpan span) => (long)((double)span.Ticks * Frequency / TimeSpan.TicksPerSecond);
}
