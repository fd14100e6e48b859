namespace Orchestrator;

/// <summary>The loop's time: read at the start of each step, so that all decisions of a step use the same time. Used by the loop's
/// thread.</summary>
internal sealed class LoopClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>The time since the loop was made, as last read.</summary>
    public TimeSpan Now { get; private set; }

    public DateTimeOffset UtcNow => time.GetUtcNow();

    public void Read() => Now = time.GetElapsedTime(_start);
}
