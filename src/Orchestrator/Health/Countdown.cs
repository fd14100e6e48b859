namespace Orchestrator;

/// <summary>
/// A time that runs from one stamp to another. It also runs for a stamp from shortly before its start: that of a call that read the clock
/// earlier than the call that started it. A clock that steps back further ends it, so that no provider stays out until the clock has caught
/// up.
/// </summary>
/// <param name="from">Its start.</param>
/// <param name="length">Its length in stamps; zero for one that never runs.</param>
/// <param name="late">How far the stamps of concurrent calls may lie apart.</param>
internal readonly struct Countdown(long from, long length, long late)
{
    /// <summary>How old a call's reading of the clock may be: the call may have waited for a probe or for a processor since.</summary>
    public static readonly TimeSpan OutOfOrder = TimeSpan.FromSeconds(5);

    public static Countdown Of(RouterClock clock, long from, TimeSpan length) =>
        new(from, clock.Stamps(length), clock.Stamps(OutOfOrder));

    public bool IsRunning(long now) => length > 0 && now - from > -late && now - from < length;

    public long End => Waits.Later(from, length);

    /// <summary>The stamps left; zero when it does not run.</summary>
    public long Left(long now) => IsRunning(now) ? length - Math.Max(0, now - from) : 0;
}
