using System.Collections.Concurrent;
using Orchestrator.Providers;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Soak;

/// <summary>All providers of a run: which are listed, what weather each has, and how often each name was asked.</summary>
internal sealed class ProviderSet(long seed, Violations violations)
{
    /// <summary>The first two stay through all changes of the list, so that the list is never empty.</summary>
    public static readonly string[] Names = ["alpha", "narrow", "beta", "gamma", "delta", "unpriced", "narrower"];
    private const int Staying = 2;
    private readonly long[] _asked = new long[Names.Length];
    private readonly ConcurrentDictionary<SoakProvider, bool> _open = new();
    private readonly Dictionary<string, SoakProvider> _listed = new(StringComparer.Ordinal);
    private Dice _dice = new(seed, -1);
    private long _attempts;
    private long _serial;
    private volatile bool _outage;

    public long Seed { get; } = seed;

    public Violations Violations { get; } = violations;

    public long Changes { get; private set; }

    public bool Outage
    {
        get => _outage;
        set => _outage = value;
    }

    /// <summary>How many are not disposed of that should be.</summary>
    public int Lingering => _open.Count - _listed.Count;

    public static int? PermitsOf(string name) => name switch { "narrow" => 3, "narrower" => 1, _ => null };

    public long NextAttempt() => Interlocked.Increment(ref _attempts);

    public void CountAsked(string name) => Interlocked.Increment(ref _asked[Array.IndexOf(Names, name)]);

    public long AskedOf(string name) => Volatile.Read(ref _asked[Array.IndexOf(Names, name)]);

    public void Closed(SoakProvider provider) => _open.TryRemove(provider, out _);

    /// <summary>Bad spells of 5 ms, another pattern for each provider.</summary>
    public Weather WeatherOf(string name, long now)
    {
        if (_outage)
            return Weather.Outage;
        var dice = new Dice(Seed, (long)(Clock.Seconds(0, now) * 200), name[0] + name.Length);
        return dice.Percent(15) ? Weather.Bad : Weather.Fair;
    }

    public void ListAll(Router router) => Replace(router, Names.ToDictionary(n => n, n => _listed.GetValueOrDefault(n) ?? New(n)));

    /// <summary>Adds, removes or replaces a provider.</summary>
    public void Change(Router router)
    {
        Changes++;
        var name = Names[Staying + _dice.Below(Names.Length - Staying)];
        if (_dice.Percent(20))
        {
            var next = Names.Take(Staying).Concat(Names.Skip(Staying).Where(_ => _dice.Percent(70)));
            Replace(router, next.ToDictionary(n => n, n => _dice.Percent(60) && _listed.TryGetValue(n, out var kept) ? kept : New(n)));
        }
        else if (_listed.TryGetValue(name, out var listed))
        {
            router.RemoveProvider(name);
            listed.IsRemoved();
            _listed.Remove(name);
        }
        else
        {
            router.AddProvider(_listed[name] = New(name), OptionsOf(name));
        }
    }

    private void Replace(Router router, Dictionary<string, SoakProvider> next)
    {
        router.ReplaceProviders(next.Select(p => new ProviderRegistration(p.Value, OptionsOf(p.Key))));
        foreach (var (name, provider) in _listed.ToArray())
        {
            if (next.GetValueOrDefault(name) == provider)
                continue;
            provider.IsRemoved();
            _listed.Remove(name);
        }

        foreach (var (name, provider) in next)
            _listed[name] = provider;
    }

    private static ProviderOptions OptionsOf(string name) => new() { QueueLimit = name == "narrower" ? 3 : 20 };

    private SoakProvider New(string name)
    {
        var provider = new SoakProvider(this, name, ++_serial);
        _open.TryAdd(provider, true);
        return provider;
    }
}
