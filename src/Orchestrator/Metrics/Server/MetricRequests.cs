using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Reads, parses and answers the requests of a connection. Owned by the loop's thread.</summary>
internal sealed class MetricRequests(
    MetricConnections connections, HostRule hosts, AcceptPatience patience, LoopClock clock, ILogger logger)
{
    private readonly Queue<MetricConnection> _pipelined = new();
    private readonly List<ArraySegment<byte>> _parts = new(20);
    private LogGate _foreignHost;

    /// <summary>Whether a request was received together with the one before and is not parsed yet.</summary>
    public bool HasPipelined => _pipelined.Count > 0;

    public void Receive(MetricConnection connection)
    {
        var count = connection.Receive();
        if (count == 0)
        {
            connections.Close(connection);
        }
        else if (count > 0)
        {
            if (connection.State == MetricConnectionState.Draining)
            {
                connection.Drained += count;
                if (connection.Drained > MetricLimits.Drained)
                    connections.Close(connection);
                return;
            }

            if (connection.State == MetricConnectionState.Idle)
            {
                connection.State = MetricConnectionState.Reading;
                connection.Deadline = clock.Now + MetricLimits.Request;
            }

            Judge(connection);
        }
    }

    /// <summary>Parses one request of each pipeline.</summary>
    public void JudgePipelined()
    {
        for (var count = _pipelined.Count; count > 0; count--)
        {
            var connection = _pipelined.Dequeue();
            if (connection.State == MetricConnectionState.Reading && connections.IsOpen(connection))
                connections.Serve(connection, this, static (requests, c) => requests.Judge(c));
        }
    }

    public void Respond(MetricConnection connection, int status, MetricPage? page = null)
    {
        var request = connection.Request;
        // No connection is kept alive when few are left, nor after a refusal, because the bytes that follow cannot be trusted.
        var mustClose = connections.IsClosing || connections.Count > MetricLimits.Connections / 2 || status is not (200 or 404 or 405);
        connection.ClosesAfterResponse = mustClose || !request.KeepAlive;
        connection.DrainsBeforeClose = mustClose || connection.Received.Length > 0 || status != 200;
        connection.IsInExport = false;
        connection.State = MetricConnectionState.Writing;
        connection.Deadline = clock.Now + MetricLimits.Request;
        connection.Prepare(status, request, page, clock.UtcNow, clock.Now);
        Send(connection);
    }

    public void Send(MetricConnection connection)
    {
        var outcome = connection.Send(_parts, clock.Now);
        if (outcome == SendOutcome.Broken)
        {
            connections.Close(connection);
        }
        else if (outcome == SendOutcome.Done)
        {
            if (connection.ClosesAfterResponse && connection.DrainsBeforeClose && !connections.IsClosing)
                Drain(connection);
            else if (connection.ClosesAfterResponse)
                connections.Close(connection);
            else
                KeepAlive(connection);
        }
    }

    /// <summary>Applies the time-outs of a connection that does not wait for an export.</summary>
    public void Expire(MetricConnection connection)
    {
        if (connection.State == MetricConnectionState.Reading && connection.Received.Length > 0)
        {
            connection.Request = default;
            Respond(connection, 408);
            return;
        }

        connections.Close(connection, abortive: connection.State is MetricConnectionState.Writing or MetricConnectionState.Draining);
    }

    private void Judge(MetricConnection connection)
    {
        var request = HttpHead.Judge(connection.Received, hosts);
        if (request.Status == 0)
            return;
        if (!connection.WasHeard && request.Length > 0)
        {
            connection.WasHeard = true;
            patience.CountHeard();
        }

        connection.Request = request;
        connection.Consume(request.Length);
        if (request.Length > 0)
            connection.Since = clock.Now;
        if (request.Status != 200)
        {
            if (request.Status == 403 && _foreignHost.Opens(clock.Now, out var suppressed))
                Log.MetricsForeignHost(logger, suppressed);
            Respond(connection, request.Status);
            return;
        }

        connection.State = MetricConnectionState.Waiting;
        connection.Deadline = clock.Now + MetricLimits.Request;
    }

    private void Drain(MetricConnection connection)
    {
        connection.State = MetricConnectionState.Draining;
        connection.Deadline = clock.Now + MetricLimits.Drain;
        try
        {
            connection.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            connections.Close(connection); // The peer has gone.
        }
    }

    private void KeepAlive(MetricConnection connection)
    {
        var isPipelined = connection.Received.Length > 0;
        connection.State = isPipelined ? MetricConnectionState.Reading : MetricConnectionState.Idle;
        connection.Deadline = clock.Now + (isPipelined ? MetricLimits.Request : MetricLimits.Idle);
        if (isPipelined)
            _pipelined.Enqueue(connection);
    }
}
