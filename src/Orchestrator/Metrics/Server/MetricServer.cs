using Microsoft.Extensions.Logging;
using Prometheus;

namespace Orchestrator;

/// <summary>
/// The HTTP endpoint that Prometheus scrapes, made so that it cannot hurt the application it runs in: it answers GET and HEAD of
/// <c>/metrics</c> and nothing else, with at most 64 connections (when they are all taken, the one that has gone longest without a
/// complete request gives way), 8 KiB of request head, and 5 seconds each for a request to arrive, for the metrics to be collected and
/// for the response to be taken. A connection without requests is closed after 75 seconds. It works while the thread pool is starved
/// and while the process is out of file descriptors.
/// </summary>
/// <remarks>
/// <para>Metrics are plain text in the format of Prometheus 0.0.4, compressed with gzip when the client accepts it, and always collected
/// after the request arrived. There is no TLS and no authentication; where they are needed, export to a registry and map that on ASP.NET
/// Core.</para>
/// <para>On loopback it answers only requests whose <c>Host</c> is <c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c> or the host it was
/// started on, others with 403, so that a web page cannot read it by DNS rebinding.</para>
/// <para>All members may be used by several threads at once.</para>
/// </remarks>
public sealed class MetricServer : IAsyncDisposable
{
    private readonly MetricLoop _loop;
    private readonly ILogger _logger;
    private int _stopLogged;

    private MetricServer(MetricLoop loop, ILogger logger, MetricBinding binding, string host)
    {
        _loop = loop;
        _logger = logger;
        Host = host;
        Port = binding.Port;
        Url = new Uri($"http://{binding.UrlHost}:{Port}/metrics");
    }

    /// <summary>The TCP port it listens on: the one that was picked when 0 was asked for.</summary>
    public int Port { get; }

    /// <summary>The host it was started on, as given.</summary>
    /// <value><c>localhost</c> by default: both loopback addresses. <c>+</c>, <c>*</c> and <c>0.0.0.0</c> are all addresses.</value>
    public string Host { get; }

    /// <summary>Where the metrics are, such as <c>http://localhost:9090/metrics</c>. For all addresses, as seen from this
    /// machine.</summary>
    public Uri Url { get; }

    /// <summary>Whether it accepts connections: <see langword="true"/> until it is stopped or disposed.</summary>
    public bool IsRunning => _loop.IsRunning;

    /// <summary>Opens the endpoint.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port is not within 0 and 65535.</exception>
    /// <exception cref="ArgumentException">The host is empty.</exception>
    /// <exception cref="IOException">The port is taken, not allowed, or the host is not one of this machine. The message says what to
    /// do.</exception>
    internal static Task<MetricServer> StartAsync(
        CollectorRegistry registry, int port, string host, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registry);
        CheckAddress(port, host);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(logger);
        return StartCoreAsync(registry.CollectAndExportAsTextAsync, port, host, timeProvider, logger, cancellationToken);
    }

    /// <summary>Checks the arguments.</summary>
    internal static void CheckAddress(int port, string host)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
    }

    /// <summary>
    /// Closes the endpoint and frees its port. Responses on their way get up to a second to be taken; whatever is left then is cut.
    /// Stopping again does nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the server stops all the same.</param>
    /// <returns>A task that completes when all connections are closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the server had stopped.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _loop.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _stopLogged, 1) == 0)
            Log.MetricsStopped(_logger, Port);
    }

    /// <summary>Stops the server, as <see cref="StopAsync"/> does. May be called again.</summary>
    /// <returns>A task that completes when all connections are closed.</returns>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Opens the endpoint for any function that writes a page.</summary>
    internal static async Task<MetricServer> StartCoreAsync(
        Func<Stream, CancellationToken, Task> export,
        int port,
        string host,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        logger = new SafeLogger(logger);
        var binding = await MetricBinding.OpenAsync(host, port, logger, cancellationToken).ConfigureAwait(false);
        MetricLoop? loop = null;
        try
        {
            loop = new MetricLoop(binding, export, timeProvider, logger);
            var server = new MetricServer(loop, logger, binding, host);
            Log.MetricsStarted(logger, server.Url);
            loop.Start();
            return server;
        }
        catch
        {
            loop?.Dispose();
            binding.Dispose();
            throw;
        }
    }
}
