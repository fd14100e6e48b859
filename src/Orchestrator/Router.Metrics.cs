namespace Orchestrator;

// The metrics endpoint.
public sealed partial class Router
{
    private readonly MetricExports _exports;
    private readonly MetricEndpoint _endpoint;

    /// <summary>The exports of this router.</summary>
    internal MetricExports Exports => _exports;

    /// <summary>Serves <c>GET /metrics</c> from a small server of the router's own: at most 64 connections, no TLS, no authentication. It
    /// shows this router's metrics alone.</summary>
    /// <param name="port">The TCP port, 0 to 65535; 0 picks a free one; see <see cref="MetricServer.Port"/>.</param>
    /// <param name="host"><c>localhost</c> answers <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c> only; <c>+</c> answers on every
    /// address, for containers; or one address.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The running server.</returns>
    /// <exception cref="ArgumentException"><paramref name="host"/> is empty, or <paramref name="port"/> is not a port.</exception>
    /// <exception cref="InvalidOperationException">The router's server runs already.</exception>
    /// <exception cref="IOException">The port is taken or may not be used; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public Task<MetricServer> StartMetricsServerAsync(
        int port = 9090, string host = "localhost", CancellationToken cancellationToken = default)
    {
        MetricServer.CheckAddress(port, host);
        _life.ThrowIfDisposed();
        return _endpoint.StartAsync(port, host, () => _life.ThrowIfDisposed(), cancellationToken);
    }

    /// <summary>Stops the metrics server and releases its port. Does nothing when none runs.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that ends when the port is free.</returns>
    public Task StopMetricsServerAsync(CancellationToken cancellationToken = default) => _endpoint.StopAsync(cancellationToken);
}
