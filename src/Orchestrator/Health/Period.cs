namespace Orchestrator;

/// <summary>A time that runs from one stamp to another. A clock that steps back far behind its start ends it: nothing waits for the clock to catch up.</summary>
/// <param name="from">When it began.</param>
/// <param name="length">How long it runs; zero or less does not run at all.</param>
/// <param name="slack">How much earlier than its start a stamp may be, because it was taken by a thread that then had to wait.</param>
internal readonly struct Period(long from, long length, long slack)
{
    public bool IsRunning(long now) => length > 0 && now >= from - slack && now - from < length;

    /// <summary>The stamps left; zero when it does not run.</summary>
    public long Left(long now) => IsRunning(now) ? Math.Min(length, length - (now - from)) : 0;
}
