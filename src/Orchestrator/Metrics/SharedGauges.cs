using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>
/// The gauges of one registry. Each router sets its own part, and removes only that part when it stops. For a name that several routers
/// have, the sum and the worst health are exported. One object for each registry; it keeps neither the registry nor a router alive.
/// </summary>
/// <param name="show">Sets a provider's gauges, or removes them. Never called concurrently.</param>
internal sealed class SharedGauges(Action<string, ProviderGauges?> show)
{
    private static readonly ConditionalWeakTable<object, SharedGauges> OfRegistry = [];

    private readonly Lock _lock = new();
    private readonly List<WeakReference<PrometheusExporter>> _exporters = [];
    private readonly Dictionary<string, List<(object Owner, ProviderGauges Part)>> _parts = new(StringComparer.Ordinal);
    private bool _hooked;

    public static SharedGauges Of(object registry, Func<SharedGauges> create) => OfRegistry.GetValue(registry, _ => create());

    /// <summary>Calls an exporter at every scrape, until it is removed or collected.</summary>
    /// <param name="owner">The exporter.</param>
    /// <param name="onScrape">Registers a callback for scrapes. Called once only, because a registry cannot remove a callback.</param>
    public void Join(WeakReference<PrometheusExporter> owner, Action<Action> onScrape)
    {
        bool first;
        lock (_lock)
        {
            _exporters.Add(owner);
            (first, _hooked) = (!_hooked, true);
        }

        if (first)
            onScrape(Collect);
    }

    /// <summary>Sets one owner's part of a provider's gauges.</summary>
    public void Set(object owner, string provider, ProviderGauges part)
    {
        lock (_lock)
        {
            if (!_parts.TryGetValue(provider, out var parts))
                _parts.Add(provider, parts = []);
            parts.RemoveAll(p => p.Owner == owner);
            parts.Add((owner, part));
            ShowUnderLock(provider, parts);
        }
    }

    /// <summary>Removes one owner's part of a provider's gauges.</summary>
    public void Remove(object owner, string provider)
    {
        lock (_lock)
        {
            if (_parts.TryGetValue(provider, out var parts) && parts.RemoveAll(p => p.Owner == owner) > 0)
                ShowUnderLock(provider, parts);
        }
    }

    /// <summary>Removes all parts of an owner and stops its collection.</summary>
    public void Leave(object owner)
    {
        lock (_lock)
        {
            _exporters.RemoveAll(e => ReferenceEquals(e, owner));
            RemoveUnderLock(o => o == owner);
        }
    }

    private void Collect()
    {
        List<PrometheusExporter> exporters = [];
        lock (_lock)
        {
            // A router that was dropped without being disposed.
            if (_exporters.RemoveAll(static e => !e.TryGetTarget(out _)) > 0)
                RemoveUnderLock(static o => o is WeakReference<PrometheusExporter> dropped && !dropped.TryGetTarget(out _));
            foreach (var living in _exporters)
            {
                if (living.TryGetTarget(out var exporter))
                    exporters.Add(exporter);
            }
        }

        foreach (var exporter in exporters)
            exporter.Collect();
    }

    private void RemoveUnderLock(Predicate<object> isGone)
    {
        foreach (var (provider, parts) in _parts.ToArray())
        {
            if (parts.RemoveAll(p => isGone(p.Owner)) > 0)
                ShowUnderLock(provider, parts);
        }
    }

    private void ShowUnderLock(string provider, List<(object Owner, ProviderGauges Part)> parts)
    {
        if (parts.Count == 0)
        {
            _parts.Remove(provider);
            show(provider, null);
            return;
        }

        var all = parts[0].Part;
        for (var i = 1; i < parts.Count; i++)
            all = all.With(parts[i].Part);
        show(provider, all);
    }
}
