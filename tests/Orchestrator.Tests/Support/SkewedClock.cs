namespace Orchestrator.Tests.Support;

/// <summary>A clock whose wall is off by some time, and whose stamps and timers are those of another clock.</summary>
internal sealed class SkewedClock(TimeProvider right, TimeSpan offset) : TimeProvider
{
    /// <summary>How far the wall is ahead of the right one; a test moves it to make the clock jump.</summary>
    public TimeSpan Offset { get; set; } = offset;

    public override long TimestampFrequency => right.TimestampFrequency;

    public override long GetTimestamp() => right.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + Offset;

    /// <summary>Passes time for what measures it, and other time for the wall. For a <see cref="HandClock"/> behind it.</summary>
    public void Advance(TimeSpan age, TimeSpan wall)
    {
        ((HandClock)right).Pass(age);
        Offset += wall - age;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        right.CreateTimer(callback, state, dueTime, period);
}
