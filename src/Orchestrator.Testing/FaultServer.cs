using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Testing;

/// <summary>
/// A TCP server on the loopback address, with or without TLS, whose every byte is up to the test: a handler per connection reads what the
/// client sent and writes what it likes, in any pieces, or nothing, or a reset.
/// </summary>
/// <remarks>Thread-safe. Asynchronous throughout: a connection that waits holds no thread. Disposing closes every socket.</remarks>
public sealed class FaultServer : IAsyncDisposable
{
    private readonly Func<FaultConnection, Task> _handler;
    private readonly FaultServerOptions _options;
    private readonly Socket _listener;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<FaultConnection> _open = [];
    private readonly HashSet<Task> _running = [];
    private readonly List<Exception> _errors = [];
    private readonly CountGate _disconnects;
    private readonly Task _accepting;
    private int _connections;
    private int _requests;
    private bool _disposed;

    /// <summary>Starts listening.</summary>
    /// <param name="handler">Serves one connection. When it returns, the connection is closed in order; use <see
    /// cref="FaultConnection.Reset"/> for anything ruder.</param>
    /// <param name="options">Where and how to listen; <see langword="null"/> for the defaults.</param>
    public FaultServer(Func<FaultConnection, Task> handler, FaultServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
        _options = options ?? new FaultServerOptions();
        _slots = new SemaphoreSlim(_options.MaxConnections);
        _disconnects = new CountGate(_options.TimeProvider);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, _options.Port));
        _listener.Listen(1024);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Address = _options.Certificate is null ? new Uri($"http://127.0.0.1:{Port}/") : new Uri($"https://localhost:{Port}/");
        _accepting = AcceptAsync();
    }

    /// <summary>The port on the loopback address.</summary>
    public int Port { get; }

    /// <summary>The server's root: <c>http://127.0.0.1:{Port}/</c>, with TLS <c>https://localhost:{Port}/</c>.</summary>
    public Uri Address { get; }

    /// <summary>How many connections were accepted so far.</summary>
    public int ConnectionCount => Volatile.Read(ref _connections);

    /// <summary>How many requests were read so far by <see cref="FaultConnection.ReadRequestAsync"/>.</summary>
    public int RequestCount => Volatile.Read(ref _requests);

    /// <summary>How many connections were ended by the client, in order or by a reset.</summary>
    public int DisconnectCount => _disconnects.Count;

    /// <summary>How many connections are open now.</summary>
    public int OpenCount
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>What handlers threw, other than because the client had gone. Empty when the test's own code is right.</summary>
    public IReadOnlyList<Exception> Errors
    {
        get
        {
            lock (_lock)
                return [.. _errors];
        }
    }

    /// <summary>Completes when clients have ended this many connections since the start.</summary>
    /// <param name="limit">How long to wait; then a <see cref="TimeoutException"/> is thrown.</param>
    /// <param name="count">How many connections; 1 for the first.</param>
    /// <returns>A task that completes when it happened.</returns>
    public Task WhenDisconnectedAsync(TimeSpan limit, int count = 1) =>
        _disconnects.WhenAsync(count, limit, $"{count} connection(s) ended by the client");

    /// <summary>Stops listening, resets what is open and waits for the handlers.</summary>
    /// <returns>A task that completes when nothing is left.</returns>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        // Resets first: a handler that sees the stop would end its connection in order.
        ResetAll();
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        ResetAll();
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(false);
        _slots.Dispose();
        _stopping.Dispose();
    }

    private void ResetAll()
    {
        FaultConnection[] open;
        lock (_lock)
            open = [.. _open];
        foreach (var connection in open)
            connection.Reset();
    }

    internal void CountRequest() => Interlocked.Increment(ref _requests);

    internal void CountDisconnect() => _disconnects.Increment();

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                await _slots.WaitAsync(_stopping.Token).ConfigureAwait(false);
                socket = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client left between its SYN and our accept.
                _slots.Release();
                continue;
            }

            Begin(socket);
        }
    }

    private void Begin(Socket socket)
    {
        var connection = new FaultConnection(this, socket, _options, Interlocked.Increment(ref _connections), _stopping.Token);
        lock (_lock)
        {
            _open.Add(connection);
            var serving = ServeAsync(connection);
            if (serving.IsCompleted)
                return;
            _running.Add(serving);
            _ = serving.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Forget(Task serving)
    {
        lock (_lock)
            _running.Remove(serving);
    }

    private async Task ServeAsync(FaultConnection connection)
    {
        // The handler is the test's code: never call it under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await connection.OpenAsync().ConfigureAwait(false))
                await _handler(connection).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client has gone, or the server is stopping: the usual end of a faulty connection.
        }
        catch (Exception error)
        {
            lock (_lock)
                _errors.Add(error);
        }

        await connection.CloseAsync().ConfigureAwait(false);
        lock (_lock)
            _open.Remove(connection);
        if (!_stopping.IsCancellationRequested)
            _slots.Release();
    }
}
