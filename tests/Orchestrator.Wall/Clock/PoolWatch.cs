using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Wall;

/// <summary>
/// Tells whether anything in the process is about to move: work on the pool, running or queued, or bytes between two sockets.
/// </summary>
/// <remarks>
/// <para>Every step of an asynchronous program is an item of the thread pool, so a pool with nothing queued, no thread working and an
/// unchanged count of finished items stands still. What it cannot see is an event between the kernel and the pool. A byte is
/// sent through a pair of sockets of its own: the runtime learns of socket events in the order they happened, so when that byte is through,
/// so is everything before it.</para>
/// <para>Load cannot fool it: a thread that was put aside in the middle of an item still counts as working. Threads that others block for
/// good, as test hosts do, are not taken for those: see <see cref="BlockedThreads"/>.</para>
/// </remarks>
internal sealed class PoolWatch : IDisposable
{
    private static readonly BlockedThreads Blocked = new();
    private const int Rounds = 3;

    // What one ping costs the pool: the runtime's work item for the event, and sometimes one more that finds nothing left to do.
    private const int OwnItems = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly ManualResetEventSlim _received = new();
    private readonly byte[] _byte = new byte[1];

    public PoolWatch()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        _sender = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sender.Connect(listener.LocalEndPoint!);
        _receiver = listener.Accept();
        _receive.SetBuffer(_byte);
        _receive.Completed += (_, _) => _received.Set();
    }

    /// <summary>Watches for a few milliseconds. False at the first sign of life.</summary>
    public bool IsQuiet(ManualResetEventSlim stop)
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (stop.Wait(Pause) || !Rests())
                return false;
            var before = ThreadPool.CompletedWorkItemCount;
            if (!Ping(stop) || !SettlesAfterPing(stop))
                return false;
            if (ThreadPool.CompletedWorkItemCount - before > OwnItems)
                return false;
        }

        return true;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _receive.Dispose();
        _received.Dispose();
    }

    /// <summary>Whether the pool has nothing to do. Asked from a thread that is none of its own.</summary>
    public static bool Rests() => Blocked.Rests();

    private static bool SettlesAfterPing(ManualResetEventSlim stop)
    {
        // The worker that carried the byte needs a moment to go back to rest.
        for (var i = 0; i < 20; i++)
        {
            if (Rests())
                return true;
            if (stop.Wait(Pause))
                return false;
        }

        return false;
    }

    /// <summary>Sends the byte through. False when the clock is stopped meanwhile.</summary>
    private bool Ping(ManualResetEventSlim stop)
    {
        _received.Reset();
        if (!_receiver.ReceiveAsync(_receive))
            return false;
        _sender.Send(_byte);
        while (!_received.Wait(TimeSpan.FromMilliseconds(100)))
        {
            if (stop.IsSet)
                return false;
        }

        return true;
    }
}
