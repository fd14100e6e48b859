namespace Orchestrator;

/// <summary>A router's clock: time stamps, and the one place where they become durations. Thread-safe.</summary>
internal sealed class RouterClock(TimeProvider time)
{
    private readonly double _ticksPerStamp = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;

    public TimeProvider Time => time;

    /// <summary>Time stamps a second, read once.</summary>
    public long Frequency { get; } = time.TimestampFrequency;

    public long Now() => time.GetTimestamp();

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
