using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The open connections of an endpoint. Owned by the loop's thread.</summary>
internal sealed class MetricConnections(LoopClock clock, SpareDescriptor spareDescriptor, ILogger logger)
{
    private readonly Dictionary<Socket, MetricConnection> _bySocket = new(MetricLimits.Connections);
    private readonly Stack<MetricConnection> _spare = new();
    private LogGate _unexpected;

    /// <summary>In the order they were opened. A step may close the connection it serves: iterate from the end.</summary>
    public List<MetricConnection> All { get; } = new(MetricLimits.Connections);

    public int Count => All.Count;

    /// <summary>Whether the endpoint is stopping: every response closes its connection from now on.</summary>
    public bool IsClosing { get; private set; }

    public MetricConnection Open(Socket socket)
    {
        if (!_spare.TryPop(out var connection))
            connection = new MetricConnection();
        connection.Open(socket, clock.Now, clock.Now + MetricLimits.Request);
        _bySocket.Add(socket, connection);
        All.Add(connection);
        return connection;
    }

    public bool TryFind(Socket socket, [MaybeNullWhen(false)] out MetricConnection connection) =>
        _bySocket.TryGetValue(socket, out connection);

    public bool IsOpen(MetricConnection connection) => _bySocket.ContainsKey(connection.Socket);

    /// <summary>Does one step on a connection. An error closes that connection only.</summary>
    public void Serve<T>(MetricConnection connection, T server, Action<T, MetricConnection> step)
    {
        try
        {
            step(server, connection);
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

    public void Close(MetricConnection connection, bool abortive = false)
    {
        if (!_bySocket.Remove(connection.Socket))
            return;
        All.Remove(connection);
        connection.Close(abortive);
        _spare.Push(connection);
        spareDescriptor.Renew();
    }

    public void CloseAll()
    {
        while (All.Count > 0)
            Close(All[^1]);
    }

    /// <summary>Closes the connections that wait for nothing; the others get their response first.</summary>
    public void BeginClosing()
    {
        IsClosing = true;
        foreach (var connection in All.ToArray())
        {
            if (connection.State is MetricConnectionState.Waiting or MetricConnectionState.Writing)
                connection.ClosesAfterResponse = true;
            else
                Close(connection);
        }
    }

    public void LogUnexpected(Exception error)
    {
        if (_unexpected.Opens(clock.Now, out var suppressed))
            Log.MetricsUnexpectedError(logger, error, suppressed);
    }
}
