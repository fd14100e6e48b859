using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>
/// Serves all connections from one thread that waits in poll(2). It does not use the thread pool, so that the metrics of a starved
/// process can still be read, and nothing here needs a lock: the thread owns every connection.
/// </summary>
internal sealed class MetricLoop : IDisposable
{
    private readonly MetricBinding _binding;
    private readonly LoopClock _clock;
    private readonly Waker _waker = new();
    private readonly ITimer? _alarm;
    private readonly MetricRenderer _renderer;
    private readonly SpareDescriptor _spareDescriptor = new();
    private readonly MetricConnections _connections;
    private readonly MetricRequests _requests;
    private readonly MetricExport _export;
    private readonly MetricAcceptor _acceptor;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Socket> _readable = new(MetricLimits.Connections + 4);
    private readonly List<Socket> _writable = new(MetricLimits.Connections);
    private volatile bool _stopping;
    private long _stopStart;

    public MetricLoop(MetricBinding binding, Func<Stream, CancellationToken, Task> export, TimeProvider timeProvider, ILogger logger)
    {
        _binding = binding;
        _clock = new LoopClock(timeProvider);
        var pool = new ChunkPool();
        _renderer = new MetricRenderer(export, pool, _waker.Wake);
        var patience = new AcceptPatience(_clock);
        _connections = new MetricConnections(_clock, _spareDescriptor, logger);
        _requests = new MetricRequests(_connections, binding.Hosts, patience, _clock, logger);
        _export = new MetricExport(_connections, _requests, _renderer, pool, _clock, logger);
        _acceptor = new MetricAcceptor(_connections, _requests, patience, _spareDescriptor, _clock, logger);
        // poll(2) waits by the system's clock; a timer of another clock has to wake it.
        if (timeProvider != TimeProvider.System)
            _alarm = timeProvider.CreateTimer(_ => _waker.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>Called last by the thread; by another thread only if this one could not be started.</summary>
    public void Dispose()
    {
        _connections.CloseAll();
        _binding.Dispose();
        _renderer.Dispose();
        _alarm?.Dispose();
        _spareDescriptor.Dispose();
        _waker.Dispose();
        _ended.TrySetResult();
    }

    private void Run()
    {
        try
        {
            while (!(_connections.IsClosing && IsDone()))
            {
                try
                {
                    Turn();
                }
                catch (Exception error)
                {
                    // No error may end this thread. It starts again after a pause, so that a permanent error does not spin.
                    _connections.LogUnexpected(error);
                    _connections.CloseAll();
                    _waker.Socket.Poll(MetricLimits.RestAfterError, SelectMode.SelectRead);
                }
            }
        }
        finally
        {
            Dispose();
        }
    }

    private void Turn()
    {
        _clock.Read();
        if (_stopping && !_connections.IsClosing)
        {
            // By the system's clock: stopping must end also when a test controls the clock.
            _stopStart = TimeProvider.System.GetTimestamp();
            _binding.Dispose();
            _connections.BeginClosing();
            if (IsDone())
                return;
        }

        Socket.Select(_readable, _writable, null, PrepareToWait());
        _clock.Read();

        foreach (var socket in _writable)
        {
            if (_connections.TryFind(socket, out var connection))
                _connections.Serve(connection, _requests, static (requests, c) => requests.Send(c));
        }

        foreach (var socket in _readable)
        {
            if (socket == _waker.Socket)
                _waker.Clear();
            else if (_connections.TryFind(socket, out var connection))
                _connections.Serve(connection, _requests, static (requests, c) => requests.Receive(c));
        }

        _export.Take();
        foreach (var listener in _binding.Listeners)
        {
            if (!_connections.IsClosing && _readable.Contains(listener))
                _acceptor.Accept(listener);
        }

        _requests.JudgePipelined();
        CheckDeadlines();
        _export.Begin();
    }

    /// <summary>Sets what poll(2) waits for, and for how long.</summary>
    private TimeSpan PrepareToWait()
    {
        _readable.Clear();
        _writable.Clear();
        _readable.Add(_waker.Socket);
        var next = _export.Due;
        if (!_connections.IsClosing)
        {
            var opens = _acceptor.AcceptsFrom();
            if (opens <= _clock.Now)
                _readable.AddRange(_binding.Listeners);
            else if (opens < next)
                next = opens;
        }

        foreach (var connection in _connections.All)
        {
            if (connection.State == MetricConnectionState.Writing)
                _writable.Add(connection.Socket);
            else if (connection.State != MetricConnectionState.Waiting)
                _readable.Add(connection.Socket);
            if (connection.Deadline < next)
                next = connection.Deadline;
        }

        if (_requests.HasPipelined)
            return TimeSpan.Zero;
        var wait = next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : UpToMilliseconds(next - _clock.Now);
        _alarm?.Change(wait, Timeout.InfiniteTimeSpan);
        if (!_connections.IsClosing)
            return wait;
        var rest = UpToMilliseconds(MetricLimits.Stop - TimeProvider.System.GetElapsedTime(_stopStart));
        return wait == Timeout.InfiniteTimeSpan || wait > rest ? rest : wait;
    }

    /// <summary>poll(2) knows nothing shorter than a millisecond, and rounding down would spin.</summary>
    private static TimeSpan UpToMilliseconds(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds)));

    private void CheckDeadlines()
    {
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            var connection = _connections.All[i];
            if (connection.Deadline > _clock.Now)
                continue;
            if (connection.State == MetricConnectionState.Waiting)
                _connections.Serve(connection, _export, static (export, c) => export.Expire(c));
            else
                _connections.Serve(connection, _requests, static (requests, c) => requests.Expire(c));
        }
    }

    private bool IsDone() =>
        _connections.Count == 0 || TimeProvider.System.GetElapsedTime(_stopStart) >= MetricLimits.Stop;
}
