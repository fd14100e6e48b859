using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Testing;

/// <summary>One connection of a <see cref="FaultServer"/>: read requests, write any bytes in any pieces, end it politely or not.</summary>
/// <remarks>Meant for one handler; <see cref="Reset"/> and <see cref="Disconnected"/> may be used from anywhere.</remarks>
public sealed class FaultConnection
{
    private readonly FaultServer _server;
    private readonly Socket _socket;
    private readonly FaultServerOptions _options;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _gone;
    private readonly Pipe _pipe = new(
        new PipeOptions(pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false));
    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _stream;
    private Task _pumping = Task.CompletedTask;
    private int _closed;

    internal FaultConnection(FaultServer server, Socket socket, FaultServerOptions options, int number, CancellationToken stopping)
    {
        _server = server;
        _socket = socket;
        _options = options;
        _stopping = stopping;
        _gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Gone = _gone.Token;
        Number = number;
        // Pieces are to leave one by one.
        socket.NoDelay = true;
    }

    /// <summary>Its number, from 1.</summary>
    public int Number { get; }

    /// <summary>Completes when the client has ended the connection, in order or by a reset.</summary>
    public Task Disconnected => _disconnected.Task;

    /// <summary>Cancelled when the client has gone or the server stops.</summary>
    public CancellationToken Gone { get; }

    /// <summary>The clock of the server.</summary>
    public TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>Reads the next request, head and body.</summary>
    /// <returns>The request; <see langword="null"/> when the client sends no more.</returns>
    public async Task<CapturedRequest?> ReadRequestAsync()
    {
        var request = await RequestReader.ReadAsync(this, _pipe.Reader, _options.MaxRequestBytes, _stopping).ConfigureAwait(false);
        if (request is not null)
            _server.CountRequest();
        return request;
    }

    /// <summary>Reads whatever has come, at least one byte, without understanding it.</summary>
    /// <returns>The bytes; empty when the client sends no more.</returns>
    public async Task<byte[]> ReadSomeAsync()
    {
        var result = await _pipe.Reader.ReadAsync(_stopping).ConfigureAwait(false);
        var bytes = System.Buffers.BuffersExtensions.ToArray(result.Buffer);
        _pipe.Reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    /// <summary>Writes bytes in one go.</summary>
    /// <param name="bytes">What to write.</param>
    /// <returns>A task that completes when the system took them.</returns>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream!.WriteAsync(bytes, Gone).ConfigureAwait(false);
            await _stream.FlushAsync(Gone).ConfigureAwait(false);
        }
        catch (IOException) when (Volatile.Read(ref _closed) == 0 && !_stopping.IsCancellationRequested)
        {
            // A reset may show itself to the writer first.
            Left();
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 in one go. Line ends are the caller's.</summary>
    /// <param name="text">What to write.</param>
    /// <returns>A task that completes when the system took it.</returns>
    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes in pieces, each in a packet of its own as far as the system allows.</summary>
    /// <param name="bytes">What to write.</param>
    /// <param name="size">The size of a piece; 1 for single bytes.</param>
    /// <param name="pause">The time between two pieces.</param>
    /// <returns>A task that completes with the last piece.</returns>
    public async Task WriteInPiecesAsync(ReadOnlyMemory<byte> bytes, int size, TimeSpan pause = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        for (var at = 0; at < bytes.Length; at += size)
        {
            await WriteAsync(bytes.Slice(at, Math.Min(size, bytes.Length - at))).ConfigureAwait(false);
            if (pause > TimeSpan.Zero)
                await DelayAsync(pause).ConfigureAwait(false);
            else
                await Task.Yield();
        }
    }

    /// <summary>Writes bytes cut at the given positions.</summary>
    /// <param name="bytes">What to write.</param>
    /// <param name="positions">Where to cut, ascending.</param>
    /// <returns>A task that completes with the last piece.</returns>
    public async Task WriteCutAtAsync(ReadOnlyMemory<byte> bytes, params int[] positions)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var from = 0;
        foreach (var to in positions.Append(bytes.Length))
        {
            if (to > from)
                await WriteAsync(bytes[from..to]).ConfigureAwait(false);
            from = Math.Max(from, to);
            await Task.Yield();
        }
    }

    /// <summary>Waits, or throws <see cref="OperationCanceledException"/> when the client leaves first.</summary>
    /// <param name="time">How long.</param>
    /// <returns>A task that completes when the time is over.</returns>
    public Task DelayAsync(TimeSpan time) => LongWait.DelayAsync(time, TimeProvider, Gone);

    /// <summary>Says nothing until the client has gone or the server stops.</summary>
    /// <returns>A task that completes then.</returns>
    public async Task StallAsync()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Gone
            .UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), gone).ConfigureAwait(false);
        await gone.Task.ConfigureAwait(false);
    }

    /// <summary>Sends a FIN: nothing more will be written. With TLS no closing alert is sent, as a crashed server sends none.</summary>
    public void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    /// <summary>Ends the connection with an RST.</summary>
    public void Reset()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        _socket.Dispose();
    }

    /// <summary>
    /// Makes the connection ready: TLS if asked for, and the pump that also notices the client's leaving. False when TLS failed.
    /// </summary>
    internal async Task<bool> OpenAsync()
    {
        _stream = new NetworkStream(_socket, ownsSocket: false);
        if (_options.Certificate is { } certificate)
        {
            var secure = new SslStream(_stream);
            _stream = secure;
            try
            {
                await secure.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = certificate,
                        EnabledSslProtocols = _options.Protocols,
                        ClientCertificateRequired = _options.ClientRoot is not null,
                        RemoteCertificateValidationCallback = _options.ClientRoot is { } root
                            ? (_, client, _, _) => TestAuthority.HasIssued(root, client)
                            : null,
                    },
                    _stopping).ConfigureAwait(false);
            }
            catch (Exception error)
                when (error is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
            {
                // A client that does not trust the certificate ends the handshake; that is its leaving.
                Left();
                return false;
            }
        }

        _pumping = PumpAsync();
        return true;
    }

    /// <summary>Closes in order what is not closed yet.</summary>
    internal async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Finish();
            _socket.Dispose();
        }

        await _pumping.ConfigureAwait(false);
        await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        if (_stream is not null)
            await _stream.DisposeAsync().ConfigureAwait(false);
        await _gone.CancelAsync().ConfigureAwait(false);
        _gone.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var read = await _stream!.ReadAsync(_pipe.Writer.GetMemory(4096), _stopping).ConfigureAwait(false);
                if (read == 0)
                    break;
                _pipe.Writer.Advance(read);
                var flushed = await _pipe.Writer.FlushAsync(_stopping).ConfigureAwait(false);
                if (flushed.IsCompleted)
                    break;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // A reset, or our own end.
        }

        if (Volatile.Read(ref _closed) == 0 && !_stopping.IsCancellationRequested)
            Left();
        await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
    }

    private void Left()
    {
        if (_disconnected.TrySetResult())
            _server.CountDisconnect();
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Closed at the same moment.
        }
    }
}
