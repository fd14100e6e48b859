using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Accepts clients, and decides what happens when all connections are in use or the process has no file descriptors. Owned by the
/// loop's thread.</summary>
internal sealed class MetricAcceptor(
    MetricConnections connections, MetricRequests requests, AcceptPatience patience,
    SpareDescriptor spareDescriptor, LoopClock clock, ILogger logger)
{
    private const int AcceptsAtOnce = 128;

    // A healthy reader needs much less for a page. Applied only when all connections are in use.
    private static readonly TimeSpan WritingGrace = TimeSpan.FromMilliseconds(50);

    private TimeSpan _pausedUntil;
    private LogGate _failed, _evicting;

    /// <summary>From when on another connection can be taken.</summary>
    public TimeSpan AcceptsFrom()
    {
        if (connections.Count < MetricLimits.Connections)
            return _pausedUntil;
        var first = TimeSpan.MaxValue;
        foreach (var connection in connections.All)
        {
            var yields = YieldsFrom(connection);
            if (yields < first)
                first = yields;
        }

        return first > _pausedUntil ? first : _pausedUntil;
    }

    public void Accept(Socket listener)
    {
        for (var i = 0; i < AcceptsAtOnce && (i == 0 || listener.Poll(TimeSpan.Zero, SelectMode.SelectRead)); i++)
        {
            clock.Read();
            if (connections.Count >= MetricLimits.Connections && !Evict())
                return;
            if (TryAccept(listener) is not { } socket)
                return;
            // The request of a client that had to queue has arrived already. It is read now, so that the client is not evicted.
            connections.Serve(connections.Open(socket), requests, static (requests, c) =>
            {
                c.Socket.Blocking = false;
                if (!OperatingSystem.IsLinux())
                    c.Socket.NoDelay = true; // There it is inherited.
                requests.Receive(c);
            });
        }
    }

    private TimeSpan YieldsFrom(MetricConnection connection) => connection.State switch
    {
        MetricConnectionState.Reading => connection.Since + patience.Now(),
        MetricConnectionState.Writing => connection.WritingSince + WritingGrace,
        MetricConnectionState.Waiting => TimeSpan.MaxValue,
        _ => TimeSpan.Zero,
    };

    /// <summary>Closes the connection that has gone longest without a complete request, if any may be closed.</summary>
    private bool Evict()
    {
        MetricConnection? oldest;
        while ((oldest = OldestToYield()) is { State: MetricConnectionState.Idle })
        {
            // Its next request may have arrived in this turn.
            connections.Serve(oldest, requests, static (requests, c) => requests.Receive(c));
            if (connections.Count < MetricLimits.Connections)
                return true;
            if (oldest.State == MetricConnectionState.Idle)
                break;
        }

        if (oldest is null)
            return false;
        if (oldest.State == MetricConnectionState.Reading)
        {
            patience.CountSilent();
            if (_evicting.Opens(clock.Now, out var suppressed))
                Log.MetricsEvicting(logger, MetricLimits.Connections, suppressed);
        }

        connections.Close(oldest, abortive: oldest.State is MetricConnectionState.Reading or MetricConnectionState.Writing);
        return true;
    }

    private MetricConnection? OldestToYield()
    {
        MetricConnection? oldest = null;
        foreach (var connection in connections.All)
        {
            if (YieldsFrom(connection) <= clock.Now && (oldest is null || connection.Since < oldest.Since))
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
        catch (SocketException error) when (IsOutOfDescriptors(error) && spareDescriptor.TryGiveUp())
        {
            // The process has no descriptor left: the spare one is released, so that a scrape still gets through.
            try
            {
                return listener.Accept();
            }
            catch (SocketException again)
            {
                Pause(again);
                return null;
            }
        }
        catch (SocketException error)
        {
            // The client may have disconnected; accepting goes on.
            if (error.SocketErrorCode is not
                (SocketError.WouldBlock or SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted))
            {
                Pause(error);
            }

            return null;
        }
    }

    private static bool IsOutOfDescriptors(SocketException error) =>
        error.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.ProcessLimit;

    private void Pause(SocketException error)
    {
        _pausedUntil = clock.Now + MetricLimits.RestAfterError;
        if (_failed.Opens(clock.Now, out var suppressed))
            Log.MetricsAcceptFailed(logger, error.Message, suppressed);
        // A connection without a request may hold the descriptor that the next one needs.
        if (connections.Count > 0 && IsOutOfDescriptors(error))
            Evict();
    }
}
