namespace Orchestrator;

// The metrics endpoint.
public sealed partial class Router
{
    private readonly MetricExports _exports;
    private readonly SemaphoreSlim _serverGate = new(1, 1);
    private MetricServer? _server;

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
        ThrowIfDisposed();
        return StartServerAsync(port, host, cancellationToken);
    }

    /// <summary>Stops the metrics server and releases its port. Does nothing when none runs.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that ends when the port is free.</returns>
    public async Task StopMetricsServerAsync(CancellationToken cancellationToken = default)
    {
        await _serverGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_server is { } server)
                await server.StopAsync(cancellationToken).ConfigureAwait(false);
            _server = null;
        }
        finally
        {
            _serverGate.Release();
        }
    }

    private async Task<MetricServer> StartServerAsync(int port, string host, CancellationToken cancellationToken)
    {
        await _serverGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfDisposed();
            if (_server is { IsRunning: true } running)
                throw new InvalidOperationException(
                    $"The metrics server already runs at {running.Url}; stop it with StopMetricsServerAsync before starting another.");
            return _server = await MetricServer.StartAsync(
                _exports.Own, port, host, _services.Clock.Time, _services.Logger, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _serverGate.Release();
        }
    }
}
