using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Fuzz;

/// <summary>Ends the run when an input takes longer than 2 s, and notes how large the heap gets.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its thread ends with it.")]
internal sealed class Watchdog
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private const int Patience = 20;
    private readonly IReadOnlyList<FuzzWorker> _workers;
    private readonly Action<FuzzWorker, long> _onHang;
    private readonly Thread _thread;
    private volatile bool _ended;

    public Watchdog(IReadOnlyList<FuzzWorker> workers, Action<FuzzWorker, long> onHang)
    {
        _workers = workers;
        _onHang = onHang;
        _thread = new Thread(Watch) { IsBackground = true, Name = "watchdog" };
        _thread.Start();
    }

    /// <summary>The largest heap seen after a collection, in bytes.</summary>
    public long PeakHeap { get; private set; }

    public void End()
    {
        _ended = true;
        _thread.Join();
    }

    private void Watch()
    {
        var last = new long[_workers.Count];
        var beats = new int[_workers.Count];
        while (!_ended)
        {
            Thread.Sleep(Beat);
            PeakHeap = Math.Max(PeakHeap, GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes);
            for (var i = 0; i < _workers.Count; i++)
            {
                // Counted in beats of its own, so that a machine that stands still stops this clock too.
                var current = _workers[i].Current;
                beats[i] = current >= 0 && current == last[i] ? beats[i] + 1 : 0;
                last[i] = current;
                if (beats[i] == Patience)
                    _onHang(_workers[i], current);
            }
        }
    }
}
