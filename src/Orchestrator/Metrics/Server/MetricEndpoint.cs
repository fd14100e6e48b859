using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The one metrics server that a router may run. Thread-safe.</summary>
internal sealed class MetricEndpoint(MetricExports exports, TimeProvider time, ILogger logger)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private MetricServer? _server;

    /// <param name="port">The port.</param>
    /// <param name="host">The host.</param>
    /// <param name="check">Throws when the router is disposed meanwhile.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InvalidOperationException">A server runs already.</exception>
    public async Task<MetricServer> StartAsync(int port, string host, Action check, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            check();
            if (_server is { IsRunning: true } running)
                throw new InvalidOperationException(
                    $"The metrics server already runs at {running.Url}; stop it with StopMetricsServerAsync before starting another.");
            return _server = await MetricServer.StartAsync(exports.Own, port, host, time, logger, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_server is { } server)
                await server.StopAsync(cancellationToken).ConfigureAwait(false);
            _server = null;
        }
        finally
        {
            _gate.Release();
        }
    }
}
