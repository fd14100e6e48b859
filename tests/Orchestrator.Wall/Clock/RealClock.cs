namespace Orchestrator.Wall;

/// <summary>The system's time, from zero.</summary>
internal sealed class RealClock : WallClock
{
    private readonly long _begun = TimeProvider.System.GetTimestamp();

    public override bool IsReal => true;

    public override TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_begun);

    public override IDisposable Hold() => new MemoryStream();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        TimeProvider.System.CreateTimer(callback, state, dueTime, period);

    public override void Dispose()
    {
    }
}
