using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>
/// Serves all connections from one thread that waits in poll(2). It does not use the thread pool, so that the metrics of a starved
/// process can still be read, and nothing here needs a lock: the thread owns every connection.
/// </summary>
internal sealed partial class MetricLoop : IDisposable
{
    public const int MaxConnections = 64;

    /// <summary>For a head to arrive, a page to be collected and a response to be taken, each.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>More than the usual 15 to 60 s between scrapes. Idle connections are the first to go when room is needed.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan RestAfterError = TimeSpan.FromMilliseconds(100);
    private const long MaxDrained = 4 * 1024 * 1024;

    private readonly MetricBinding _binding;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly Waker _waker = new();
    private readonly ITimer? _alarm;
    private readonly ChunkPool _pool = new();
    private readonly MetricRenderer _renderer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Dictionary<Socket, MetricConnection> _bySocket = new(MaxConnections);
    private readonly List<MetricConnection> _connections = new(MaxConnections);
    private readonly Stack<MetricConnection> _spareConnections = new();
    private readonly Queue<MetricConnection> _buffered = new();
    private readonly List<Socket> _readable = new(MaxConnections + 4);
    private readonly List<Socket> _writable = new(MaxConnections);
    private readonly List<ArraySegment<byte>> _parts = new(20);

    private TimeSpan _now;
    private bool _exporting;
    private volatile bool _stopping;
    private bool _closing;
    private long _stopStart;
    private LogGate _exportFailed, _exportSlow, _foreignHost, _unexpected;

    public MetricLoop(MetricBinding binding, Func<Stream, CancellationToken, Task> export, TimeProvider timeProvider, ILogger logger)
    {
        (_binding, _time, _logger) = (binding, timeProvider, logger);
        _start = timeProvider.GetTimestamp();
        _renderer = new MetricRenderer(export, _pool, _waker.Wake);
        // poll(2) waits by the system's clock; another clock has to wake it.
        if (timeProvider != TimeProvider.System)
            _alarm = timeProvider.CreateTimer(_ => _waker.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _spareDescriptor = NewSpareDescriptor();
    }

    public bool IsRunning => !_stopping && !_ended.Task.IsCompleted;

    public void Start()
    {
        _renderer.Start();
        new Thread(Run) { IsBackground = true, Name = "Orchestrator metrics server" }.UnsafeStart();
    }

    public Task StopAsync()
    {
        _stopping = true;
        _waker.Wake();
        return _ended.Task;
    }

    private void Run()
    {
        try
        {
            while (!(_closing && IsDone()))
            {
                try
                {
                    Turn();
                }
                catch (Exception error)
                {
                    // Nothing may end this thread. Start afresh, and rest, so that a lasting error does not spin.
                    LogUnexpected(error);
                    CloseAll();
                    _waker.Socket.Poll(RestAfterError, SelectMode.SelectRead);
                }
            }
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>The thread's last act; called by others only when the thread could not be started.</summary>
    public void Dispose()
    {
        CloseAll();
        _binding.Dispose();
        _renderer.Dispose();
        _alarm?.Dispose();
        _spareDescriptor?.Dispose();
        _waker.Dispose();
        _ended.TrySetResult();
    }

    private void Turn()
    {
        _now = Now();
        if (_stopping && !_closing)
        {
            BeginClosing();
            if (IsDone())
                return;
        }

        Socket.Select(_readable, _writable, null, PrepareToWait());
        _now = Now();

        foreach (var socket in _writable)
        {
            if (_bySocket.TryGetValue(socket, out var connection))
                Serve(connection, static (loop, c) => loop.Send(c));
        }

        foreach (var socket in _readable)
        {
            if (socket == _waker.Socket)
                _waker.Clear();
            else if (_bySocket.TryGetValue(socket, out var connection))
                Serve(connection, static (loop, c) => loop.Receive(c));
        }

        TakeExport();
        foreach (var listener in _binding.Listeners)
        {
            if (!_closing && _readable.Contains(listener))
                Accept(listener);
        }

        // One request of each pipeline a turn.
        for (var count = _buffered.Count; count > 0; count--)
        {
            var connection = _buffered.Dequeue();
            if (connection.State == MetricConnectionState.Reading && _bySocket.ContainsKey(connection.Socket))
                Serve(connection, static (loop, c) => loop.Judge(c));
        }

        CheckDeadlines();
        BeginExport();
    }

    /// <summary>Says what to wait for, and for how long.</summary>
    private TimeSpan PrepareToWait()
    {
        _readable.Clear();
        _writable.Clear();
        _readable.Add(_waker.Socket);
        var next = _exportDue;
        if (!_closing)
        {
            var opens = AcceptsFrom();
            if (opens <= _now)
                _readable.AddRange(_binding.Listeners);
            else if (opens < next)
                next = opens;
        }

        foreach (var connection in _connections)
        {
            if (connection.State == MetricConnectionState.Writing)
                _writable.Add(connection.Socket);
            else if (connection.State != MetricConnectionState.Waiting)
                _readable.Add(connection.Socket);
            if (connection.Deadline < next)
                next = connection.Deadline;
        }

        if (_buffered.Count > 0)
            return TimeSpan.Zero;
        var wait = next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : UpToMilliseconds(next - _now);
        _alarm?.Change(wait, Timeout.InfiniteTimeSpan);
        if (!_closing)
            return wait;
        var rest = UpToMilliseconds(StopTimeout - TimeProvider.System.GetElapsedTime(_stopStart));
        return wait == Timeout.InfiniteTimeSpan || wait > rest ? rest : wait;
    }

    /// <summary>poll(2) knows nothing shorter than a millisecond, and rounding down would spin.</summary>
    private static TimeSpan UpToMilliseconds(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds)));

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    /// <summary>Whatever one connection does ends with that connection.</summary>
    private void Serve(MetricConnection connection, Action<MetricLoop, MetricConnection> step)
    {
        try
        {
            step(this, connection);
        }
        catch (SocketException)
        {
            Close(connection); // The peer has gone: nothing to report.
        }
        catch (Exception error)
        {
            LogUnexpected(error);
            Close(connection);
        }
    }

    private void Close(MetricConnection connection, bool abortive = false)
    {
        if (!_bySocket.Remove(connection.Socket))
            return;
        _connections.Remove(connection);
        connection.Close(abortive);
        _spareConnections.Push(connection);
        _spareDescriptor ??= NewSpareDescriptor();
    }

    private void CloseAll()
    {
        while (_connections.Count > 0)
            Close(_connections[^1]);
    }

    private void BeginClosing()
    {
        _closing = true;
        // By the system's clock: stopping has to end where the clock is a test's, too.
        _stopStart = TimeProvider.System.GetTimestamp();
        _binding.Dispose();
        foreach (var connection in _connections.ToArray())
        {
            if (connection.State is MetricConnectionState.Waiting or MetricConnectionState.Writing)
                connection.ClosesAfterResponse = true;
            else
                Close(connection);
        }
    }

    private bool IsDone() => _connections.Count == 0 || TimeProvider.System.GetElapsedTime(_stopStart) >= StopTimeout;

    private void LogUnexpected(Exception error)
    {
        if (_unexpected.Opens(_now, out var suppressed))
            Log.MetricsUnexpectedError(_logger, error, suppressed);
    }
}
