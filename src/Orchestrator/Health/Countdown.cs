namespace Orchestrator;

/// <summary>
/// A time that runs from one stamp to another. A stamp from shortly before its start is that of a call that read the clock a little earlier
/// than the call that started it: it runs for that call too. A clock that steps back further ends it: nothing waits for the clock to catch
/// up.
/// </summary>
/// <param name="from">Its start.</param>
/// <param name="length">Its length in stamps; zero for one that never runs.</param>
/// <param name="late">How far stamps of calls that run side by side may lie apart.</param>
internal readonly struct Countdown(long from, long length, long late)
{
    public bool IsRunning(long now) => length > 0 && now - from > -late && now - from < length;

    public long End => Waits.Later(from, length);

    /// <summary>The stamps left; zero when it does not run.</summary>
    public long Left(long now) => IsRunning(now) ? length - Math.Max(0, now - from) : 0;
}
