using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The export that several connections wait for, and the memory of its pages. Owned by the loop's thread.</summary>
internal sealed class MetricExport(
    MetricConnections connections, MetricRequests requests, MetricRenderer renderer, ChunkPool pool, LoopClock clock, ILogger logger)
{
    // The most bytes of pages that may still be in sending when the next export is due. Above it the export waits for their readers.
    // Readers that have stopped or are slow lose their connection, so that pages cannot accumulate in memory.
    private const long MaxHeldBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan StallGrace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan HoldingGrace = TimeSpan.FromMilliseconds(250);

    private bool _isRunning;
    private LogGate _failed, _slow;

    /// <summary>When an export that waits for memory is to be tried again.</summary>
    public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

    /// <summary>One export answers all requests that wait when it begins, so every page is newer than the request.</summary>
    public void Begin()
    {
        Due = TimeSpan.MaxValue;
        if (_isRunning || !connections.All.Exists(static c => c.State == MetricConnectionState.Waiting) || !HasRoomForPage())
            return;
        bool wantsPlain = false, wantsGzip = false;
        foreach (var connection in connections.All)
        {
            if (connection.State != MetricConnectionState.Waiting)
                continue;
            connection.IsInExport = true;
            wantsGzip |= connection.Request.Gzip;
            wantsPlain |= !connection.Request.Gzip;
        }

        _isRunning = true;
        renderer.Begin(wantsPlain, wantsGzip);
    }

    /// <summary>Answers the requests of the export that has ended.</summary>
    public void Take()
    {
        if (!_isRunning || renderer.Take() is not { } rendering)
            return;
        _isRunning = false;
        if (rendering.Error is not (null or OperationCanceledException) && _failed.Opens(clock.Now, out var suppressed))
            Log.MetricsExportFailed(logger, rendering.Error, suppressed);
        for (var i = connections.Count - 1; i >= 0; i--)
        {
            var connection = connections.All[i];
            if (!connection.IsInExport)
                continue;
            connection.Rendered = connection.Request.Gzip ? rendering.Gzip : rendering.Plain;
            connections.Serve(connection, requests, static (requests, c) =>
                requests.Respond(c, c.Rendered is null ? 500 : 200, c.Rendered));
            connection.Rendered = null;
        }

        rendering.Plain?.Release();
        rendering.Gzip?.Release();
    }

    /// <summary>Answers a request that has waited too long.</summary>
    public void Expire(MetricConnection connection)
    {
        if (_slow.Opens(clock.Now, out var suppressed))
            Log.MetricsExportSlow(logger, suppressed);
        requests.Respond(connection, 503);
        if (_isRunning && !connections.All.Exists(static c => c.IsInExport))
            renderer.Cancel();
    }

    private bool HasRoomForPage()
    {
        for (var i = connections.Count - 1; i >= 0 && pool.RentedBytes > MaxHeldBytes; i--)
        {
            var connection = connections.All[i];
            if (connection.HoldsPage && HoldsUntil(connection) <= clock.Now)
                connections.Close(connection, abortive: true);
        }

        if (pool.RentedBytes <= MaxHeldBytes)
            return true;
        foreach (var connection in connections.All)
        {
            if (connection.HoldsPage && HoldsUntil(connection) < Due)
                Due = HoldsUntil(connection);
        }

        return false;
    }

    private static TimeSpan HoldsUntil(MetricConnection connection)
    {
        var stalled = connection.LastProgress + StallGrace;
        var slow = connection.WritingSince + HoldingGrace;
        return stalled < slow ? stalled : slow;
    }
}
