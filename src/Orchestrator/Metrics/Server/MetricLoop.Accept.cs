using System.Net.Sockets;

namespace Orchestrator;

// Who gets one of the connections, and what happens when there are none left, or no descriptors.
internal sealed partial class MetricLoop
{
    private const int AcceptsAtOnce = 128;

    // How long a connection may be without a complete request before it can be pushed out. A burst of slow clients needs it; a flood of
    // connections that never ask uses it up: it halves with every few of them. On Linux the kernel has waited for seconds already.
    private static readonly TimeSpan FullPatience = TimeSpan.FromMilliseconds(OperatingSystem.IsLinux() ? 20 : 250);
    private static readonly TimeSpan FloodMemory = TimeSpan.FromSeconds(1);
    private const int SilentPerHalving = 16;
    private const int MaxSilent = 10 * SilentPerHalving;

    // A healthy reader takes a page in much less. Only when all connections are taken does this count.
    private static readonly TimeSpan WritingGrace = TimeSpan.FromMilliseconds(50);

    private Socket? _spareDescriptor;
    private TimeSpan _acceptPausedUntil;
    private TimeSpan _lastSilent;
    private int _silent;
    private LogGate _acceptFailed, _evicting;

    /// <summary>From when on another connection can be taken.</summary>
    private TimeSpan AcceptsFrom()
    {
        if (_connections.Count < MaxConnections)
            return _acceptPausedUntil;
        var first = TimeSpan.MaxValue;
        foreach (var connection in _connections)
        {
            var yields = YieldsFrom(connection);
            if (yields < first)
                first = yields;
        }

        return first > _acceptPausedUntil ? first : _acceptPausedUntil;
    }

    private TimeSpan YieldsFrom(MetricConnection connection) => connection.State switch
    {
        MetricConnectionState.Reading => connection.Since + Patience(),
        MetricConnectionState.Writing => connection.WritingSince + WritingGrace,
        MetricConnectionState.Waiting => TimeSpan.MaxValue,
        _ => TimeSpan.Zero,
    };

    private TimeSpan Patience()
    {
        if (_silent > 0 && _now - _lastSilent > FloodMemory)
            _silent = 0;
        return FullPatience / (1 << (_silent / SilentPerHalving));
    }

    private void HearOf(MetricConnection connection)
    {
        connection.WasHeard = true;
        _silent /= 2;
    }

    private void Accept(Socket listener)
    {
        for (var i = 0; i < AcceptsAtOnce && (i == 0 || listener.Poll(TimeSpan.Zero, SelectMode.SelectRead)); i++)
        {
            _now = Now();
            if (_connections.Count >= MaxConnections && !Evict())
                return;
            if (TryAccept(listener) is not { } socket)
                return;
            if (!_spareConnections.TryPop(out var connection))
                connection = new MetricConnection();
            connection.Open(socket, _now, _now + RequestTimeout);
            _bySocket.Add(socket, connection);
            _connections.Add(connection);
            // The request of a client that had to queue is here already. Read now, it cannot be pushed out by those behind it.
            Serve(connection, static (loop, c) =>
            {
                c.Socket.Blocking = false;
                if (!OperatingSystem.IsLinux())
                    c.Socket.NoDelay = true; // There it is inherited.
                loop.Receive(c);
            });
        }
    }

    /// <summary>Closes the connection that has gone longest without a complete request, if any may be closed.</summary>
    private bool Evict()
    {
        MetricConnection? oldest;
        while ((oldest = OldestToYield()) is { State: MetricConnectionState.Idle })
        {
            // Its next request may have come in this very turn.
            Serve(oldest, static (loop, c) => loop.Receive(c));
            if (_connections.Count < MaxConnections)
                return true;
            if (oldest.State == MetricConnectionState.Idle)
                break;
        }

        if (oldest is null)
            return false;
        if (oldest.State == MetricConnectionState.Reading)
        {
            _lastSilent = _now;
            _silent = Math.Min(_silent + 1, MaxSilent);
            if (_evicting.Opens(_now, out var suppressed))
                Log.MetricsEvicting(_logger, MaxConnections, suppressed);
        }

        Close(oldest, abortive: oldest.State is MetricConnectionState.Reading or MetricConnectionState.Writing);
        return true;
    }

    private MetricConnection? OldestToYield()
    {
        MetricConnection? oldest = null;
        foreach (var connection in _connections)
        {
            if (YieldsFrom(connection) <= _now && (oldest is null || connection.Since < oldest.Since))
                oldest = connection;
        }

        return oldest;
    }

    private Socket? TryAccept(Socket listener)
    {
        try
        {
            return listener.Accept();
        }
        catch (SocketException error) when (IsOutOfDescriptors(error) && _spareDescriptor is not null)
        {
            // The process has none left: the one that was kept for this lets a scrape through all the same.
            _spareDescriptor.Dispose();
            _spareDescriptor = null;
            try
            {
                return listener.Accept();
            }
            catch (SocketException again)
            {
                PauseAccepting(again);
                return null;
            }
        }
        catch (SocketException error)
        {
            // The client may have gone; that is no reason to pause.
            if (error.SocketErrorCode is not (SocketError.WouldBlock or SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted))
                PauseAccepting(error);
            return null;
        }
    }

    private static bool IsOutOfDescriptors(SocketException error)
        => error.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.ProcessLimit;

    private void PauseAccepting(SocketException error)
    {
        _acceptPausedUntil = _now + RestAfterError;
        if (_acceptFailed.Opens(_now, out var suppressed))
            Log.MetricsAcceptFailed(_logger, error.Message, suppressed);
        // A connection that serves nobody may hold the descriptor that the next one needs.
        if (_connections.Count > 0 && IsOutOfDescriptors(error))
            Evict();
    }

    private static Socket? NewSpareDescriptor()
    {
        try
        {
            return new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        }
        catch (SocketException)
        {
            return null; // None to spare now; asked again when a connection closes.
        }
    }
}
