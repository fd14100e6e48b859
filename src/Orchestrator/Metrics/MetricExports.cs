using System.Runtime.CompilerServices;
using Prometheus;

namespace Orchestrator;

/// <summary>The registries that one router's metrics go to, and the router's own, which its endpoint serves. Thread-safe.</summary>
internal sealed class MetricExports(ExportedTotals totals) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<PrometheusExporter> _running = [];
    // The exported totals are remembered as long as the registry lives: an export that starts again must not add them twice.
    private readonly ConditionalWeakTable<CollectorRegistry, PrometheusExporter> _stopped = [];
    private PrometheusExporter? _own;
    private bool _isClosed;

    /// <summary>The router's own registry. It has the metrics from the first access on.</summary>
    public CollectorRegistry Own
    {
        get
        {
            lock (_lock)
            {
                ThrowIfClosedUnderLock();
                if (_own is null)
                {
                    _own = new PrometheusExporter(Prometheus.Metrics.NewCustomRegistry(), totals, shared: false);
                    StartUnderLock(_own);
                }

                return _own.Registry;
            }
        }
    }

    /// <summary>Starts an export. Disposing what this returns stops it; so does the end of the router.</summary>
    /// <exception cref="InvalidOperationException">The router exports to this registry already, or it holds another metric of one of the
    /// names.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public IDisposable Start(CollectorRegistry registry)
    {
        lock (_lock)
        {
            ThrowIfClosedUnderLock();
            if (_running.Exists(e => e.Registry == registry))
            {
                throw new InvalidOperationException(
                    "This router exports to this registry already. Call ExportTo once for each registry, or dispose what the first call " +
                    "returned before exporting there again.");
            }

            if (_stopped.TryGetValue(registry, out var exporter))
                _stopped.Remove(registry);
            else
                exporter = new PrometheusExporter(registry, totals, shared: true);
            StartUnderLock(exporter);
            return new Export(this, exporter);
        }
    }

    /// <summary>Exports the last totals to all registries and removes the router's gauges.</summary>
    public void Dispose()
    {
        PrometheusExporter[] running;
        lock (_lock)
        {
            _isClosed = true;
            running = [.. _running];
            _running.Clear();
        }

        foreach (var exporter in running)
            exporter.Stop();
    }

    private void StartUnderLock(PrometheusExporter exporter)
    {
        exporter.Start();
        _running.Add(exporter);
    }

    private void Stop(PrometheusExporter exporter)
    {
        lock (_lock)
        {
            if (!_running.Remove(exporter))
                return;
            exporter.Stop();
            _stopped.Add(exporter.Registry, exporter);
        }
    }

    private void ThrowIfClosedUnderLock()
    {
        if (_isClosed)
            throw RouterDisposed.Error();
    }

    private sealed class Export(MetricExports exports, PrometheusExporter exporter) : IDisposable
    {
        private int _isStopped;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isStopped, 1) == 0)
                exports.Stop(exporter);
        }
    }
}
