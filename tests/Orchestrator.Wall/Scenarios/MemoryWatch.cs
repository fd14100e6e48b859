namespace Orchestrator.Wall;

/// <summary>The highest memory use of the process while it is watched, above what it was at the start.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly long _before;
    private long _most;

    public MemoryWatch()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _before = _most = Environment.WorkingSet;
        _thread = new Thread(Watch) { IsBackground = true, Name = "Memory watch" };
        _thread.Start();
    }

    /// <summary>Stops watching.</summary>
    /// <returns>How much more it was at most, in bytes.</returns>
    public long Growth()
    {
        _stop.Set();
        _thread.Join();
        return Math.Max(0, Volatile.Read(ref _most) - _before);
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Watch()
    {
        do
            Volatile.Write(ref _most, Math.Max(_most, Environment.WorkingSet));
        while (!_stop.Wait(5));
    }
}
