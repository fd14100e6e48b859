using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The answers of the health probes of one router's providers, kept for 30 s. Used only with a strategy that wants
/// probes.</summary>
/// <remarks>
/// <para>The first call waits for a provider's first probe, at most 2 s; no answer in time counts as available. Later calls do not wait:
/// they get the stale answer, and one probe runs in the background.</para>
/// <para>A caller of several providers starts all of them before it awaits the first. Thread-safe.</para>
/// </remarks>
internal sealed class ProbeCache(TimeProvider time, ForeignWork work, ForeignCancellation cancellation, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<ILlmProvider, CachedProbe> _probes = new(ReferenceEqualityComparer.Instance);
    private volatile bool _disposed;

    /// <summary>Whether a provider is reachable; true for one without a probe. Completes at once, except for the first call.</summary>
    /// <param name="provider">The provider; known by reference.</param>
    /// <param name="now">The caller's timestamp: a call reads the clock once for all providers.</param>
    /// <param name="cancellationToken">Ends the caller's wait, never the probe: others may wait for it too.</param>
    public ValueTask<bool> GetAsync(ILlmProvider provider, long now, CancellationToken cancellationToken)
    {
        if (provider is not IHealthProbe probe || _disposed)
            return new(true);
        if (!_probes.TryGetValue(provider, out var cached))
            cached = _probes.GetOrAdd(provider, new CachedProbe(NameOf(provider), probe, time, work, cancellation, logger));
        return cached.GetAsync(now, cancellationToken);
    }

    /// <summary>The name for the log. A provider whose Info throws must not fail the call.</summary>
    private static string NameOf(ILlmProvider provider)
    {
        try
        {
            return provider.Info.Name;
        }
#pragma warning disable CA1031 // The type's name serves as well.
        catch (Exception)
#pragma warning restore CA1031
        {
            return provider.GetType().Name;
        }
    }

    /// <summary>The last answer, without a new probe; true when there is none.</summary>
    public bool Last(ILlmProvider provider) => !_probes.TryGetValue(provider, out var cached) || cached.Last;

    /// <summary>Forgets a provider and cancels its running probe.</summary>
    public void Remove(ILlmProvider provider)
    {
        if (_probes.TryRemove(provider, out var cached))
            cached.Dispose();
    }

    /// <summary>Cancels running probes; calls that wait get "available".</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var provider in _probes.Keys)
            Remove(provider);
    }
}
