using System.Net.Sockets;

namespace Orchestrator;

// What happens on one connection, and the export that several of them wait for.
internal sealed partial class MetricLoop
{
    // Pages that are still being sent when the next export is due. Above this, it waits for their readers, but not for those that
    // have stopped reading or are slow: they lose their connection, so that pages cannot pile up in memory.
    private const long MaxHeldBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan StallGrace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan HoldingGrace = TimeSpan.FromMilliseconds(250);

    private TimeSpan _exportDue = TimeSpan.MaxValue;

    private void Receive(MetricConnection connection)
    {
        var count = connection.Receive();
        if (count == 0)
        {
            Close(connection);
        }
        else if (count > 0)
        {
            if (connection.State == MetricConnectionState.Draining)
            {
                connection.Drained += count;
                if (connection.Drained > MaxDrained)
                    Close(connection);
                return;
            }

            if (connection.State == MetricConnectionState.Idle)
            {
                connection.State = MetricConnectionState.Reading;
                connection.Deadline = _now + RequestTimeout;
            }

            Judge(connection);
        }
    }

    private void Judge(MetricConnection connection)
    {
        var request = HttpHead.Judge(connection.Received, _binding.Hosts);
        if (request.Status == 0)
            return;
        if (!connection.WasHeard && request.Length > 0)
            HearOf(connection);
        connection.Request = request;
        connection.Consume(request.Length);
        if (request.Length > 0)
            connection.Since = _now;
        if (request.Status != 200)
        {
            if (request.Status == 403 && _foreignHost.Opens(_now, out var suppressed))
                Log.MetricsForeignHost(_logger, suppressed);
            Respond(connection, request.Status);
            return;
        }

        connection.State = MetricConnectionState.Waiting;
        connection.Deadline = _now + RequestTimeout;
    }

    private void Respond(MetricConnection connection, int status, MetricPage? page = null)
    {
        var request = connection.Request;
        // When connections get scarce nobody keeps one. After a refusal, too, nothing that follows can be trusted.
        var mustClose = _closing || _connections.Count > MaxConnections / 2 || status is not (200 or 404 or 405);
        connection.ClosesAfterResponse = mustClose || !request.KeepAlive;
        connection.DrainsBeforeClose = mustClose || connection.Received.Length > 0 || status != 200;
        connection.IsInExport = false;
        connection.State = MetricConnectionState.Writing;
        connection.Deadline = _now + RequestTimeout;
        connection.Prepare(status, request, page, _time.GetUtcNow(), _now);
        Send(connection);
    }

    private void Send(MetricConnection connection)
    {
        var outcome = connection.Send(_parts, _now);
        if (outcome == SendOutcome.Broken)
        {
            Close(connection);
        }
        else if (outcome == SendOutcome.Done)
        {
            if (connection.ClosesAfterResponse && connection.DrainsBeforeClose && !_closing)
                Drain(connection);
            else if (connection.ClosesAfterResponse)
                Close(connection);
            else
                KeepAlive(connection);
        }
    }

    private void Drain(MetricConnection connection)
    {
        connection.State = MetricConnectionState.Draining;
        connection.Deadline = _now + DrainTimeout;
        try
        {
            connection.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            Close(connection); // The peer has gone.
        }
    }

    private void KeepAlive(MetricConnection connection)
    {
        var isPipelined = connection.Received.Length > 0;
        connection.State = isPipelined ? MetricConnectionState.Reading : MetricConnectionState.Idle;
        connection.Deadline = _now + (isPipelined ? RequestTimeout : IdleTimeout);
        if (isPipelined)
            _buffered.Enqueue(connection);
    }

    private void CheckDeadlines()
    {
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            var connection = _connections[i];
            if (connection.Deadline <= _now)
                Serve(connection, static (loop, c) => loop.Expire(c));
        }
    }

    private void Expire(MetricConnection connection)
    {
        switch (connection.State)
        {
            case MetricConnectionState.Waiting:
                if (_exportSlow.Opens(_now, out var suppressed))
                    Log.MetricsExportSlow(_logger, suppressed);
                Respond(connection, 503);
                if (_exporting && !_connections.Exists(c => c.IsInExport))
                    _renderer.Cancel();
                break;
            case MetricConnectionState.Reading when connection.Received.Length > 0:
                connection.Request = default;
                Respond(connection, 408);
                break;
            default:
                Close(connection, abortive: connection.State is MetricConnectionState.Writing or MetricConnectionState.Draining);
                break;
        }
    }

    /// <summary>One export serves all requests that wait when it begins, so every page is younger than the request it answers.</summary>
    private void BeginExport()
    {
        _exportDue = TimeSpan.MaxValue;
        if (_exporting || !_connections.Exists(static c => c.State == MetricConnectionState.Waiting) || !HasRoomForPage())
            return;
        bool wantsPlain = false, wantsGzip = false;
        foreach (var connection in _connections)
        {
            if (connection.State != MetricConnectionState.Waiting)
                continue;
            connection.IsInExport = true;
            wantsGzip |= connection.Request.Gzip;
            wantsPlain |= !connection.Request.Gzip;
        }

        _exporting = true;
        _renderer.Begin(wantsPlain, wantsGzip);
    }

    private bool HasRoomForPage()
    {
        for (var i = _connections.Count - 1; i >= 0 && _pool.RentedBytes > MaxHeldBytes; i--)
        {
            var connection = _connections[i];
            if (connection.HoldsPage && HoldsUntil(connection) <= _now)
                Close(connection, abortive: true);
        }

        if (_pool.RentedBytes <= MaxHeldBytes)
            return true;
        foreach (var connection in _connections)
        {
            if (connection.HoldsPage && HoldsUntil(connection) < _exportDue)
                _exportDue = HoldsUntil(connection);
        }

        return false;
    }

    private static TimeSpan HoldsUntil(MetricConnection connection)
    {
        var stalled = connection.LastProgress + StallGrace;
        var slow = connection.WritingSince + HoldingGrace;
        return stalled < slow ? stalled : slow;
    }

    private void TakeExport()
    {
        if (!_exporting || _renderer.Take() is not { } rendering)
            return;
        _exporting = false;
        if (rendering.Error is not (null or OperationCanceledException) && _exportFailed.Opens(_now, out var suppressed))
            Log.MetricsExportFailed(_logger, rendering.Error, suppressed);
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            var connection = _connections[i];
            if (!connection.IsInExport)
                continue;
            connection.Rendered = connection.Request.Gzip ? rendering.Gzip : rendering.Plain;
            Serve(connection, static (loop, c) => loop.Respond(c, c.Rendered is null ? 500 : 200, c.Rendered));
            connection.Rendered = null;
        }

        rendering.Plain?.Release();
        rendering.Gzip?.Release();
    }
}
