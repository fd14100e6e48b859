using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What the health probes of one router's providers said, for 30 s. Asked for only where the strategy uses them.</summary>
/// <remarks>
/// <para>The first question about a provider waits for its first probe, at most 2 s; no answer in time counts as available. After that
/// no call ever waits: a stale answer is given as it is, and one refresh runs in the background.</para>
/// <para>To ask several providers for the first time, start all questions before awaiting the first. Thread-safe.</para>
/// </remarks>
internal sealed class ProbeCache(TimeProvider time, ForeignWork work, ForeignCancellation cancellation, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<ILlmProvider, CachedProbe> _probes = new(ReferenceEqualityComparer.Instance);
    private volatile bool _disposed;

    /// <summary>Whether a provider is there; true for one that cannot say. Completes at once unless it is the first question.</summary>
    /// <param name="provider">The provider; known by reference.</param>
    /// <param name="now">The caller's timestamp, so that one is taken for all providers of a call.</param>
    /// <param name="cancellationToken">Ends the caller's wait, never the probe: others may wait for it too.</param>
    public ValueTask<bool> GetAsync(ILlmProvider provider, long now, CancellationToken cancellationToken)
    {
        if (provider is not IHealthProbe probe || _disposed)
            return new(true);
        if (!_probes.TryGetValue(provider, out var cached))
            cached = _probes.GetOrAdd(provider, new CachedProbe(NameOf(provider), probe, time, work, cancellation, logger));
        return cached.GetAsync(now, cancellationToken);
    }

    /// <summary>For the log alone: a provider that fails to say who it is fails no call.</summary>
    private static string NameOf(ILlmProvider provider)
    {
        try
        {
            return provider.Info.Name;
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return provider.GetType().Name;
        }
    }

    /// <summary>The last answer there is, without asking; true when there is none.</summary>
    public bool Last(ILlmProvider provider) => !_probes.TryGetValue(provider, out var cached) || cached.Last;

    /// <summary>Forgets a provider and cancels its running probe.</summary>
    public void Remove(ILlmProvider provider)
    {
        if (_probes.TryRemove(provider, out var cached))
            cached.Dispose();
    }

    /// <summary>Cancels running probes; those who wait get "available".</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var provider in _probes.Keys)
            Remove(provider);
    }
}
