using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>
/// Records which router exported a series of one registry. A series that only one router has exported may be removed by that router. A
/// series of several routers, also one after the other, is their sum and stays. One object for each registry; it keeps neither the registry
/// nor a router alive. Thread-safe.
/// </summary>
internal sealed class SeriesOwners
{
    private static readonly ConditionalWeakTable<object, SeriesOwners> OfRegistry = [];
    private static readonly object Several = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Provider, string? Model), object> _owners = [];

    public static SeriesOwners Of(object registry) => OfRegistry.GetValue(registry, static _ => new SeriesOwners());

    /// <summary>Creates the series of a provider's model, or of a provider.</summary>
    public T Show<T>(object owner, (string Provider, string? Model) key, Func<T> create)
    {
        lock (_lock)
        {
            _owners[key] = _owners.TryGetValue(key, out var other) && other != owner ? Several : owner;
            return create();
        }
    }

    /// <summary>Removes the series if no other router has ever exported it.</summary>
    public bool TryRemove(object owner, (string Provider, string? Model) key, Action remove)
    {
        lock (_lock)
        {
            if (_owners.GetValueOrDefault(key) != owner)
                return false;
            remove();
            return _owners.Remove(key);
        }
    }
}
