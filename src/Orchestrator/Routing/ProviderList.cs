namespace Orchestrator;

/// <summary>The registered providers: an immutable array replaced whole, and the state of every name ever seen.</summary>
internal sealed class ProviderList(RouterContext context, ProbeCache? probes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderState> _states = new(StringComparer.Ordinal);
    private volatile ProviderSlot[] _slots = [];

    public ProviderSlot[] Slots => _slots;

    /// <summary>The states of all names ever registered, for totals that must not shrink.</summary>
    public ProviderState[] States()
    {
        lock (_lock)
            return [.. _states.Values];
    }

    public void Add(ProviderRegistration registration)
    {
        lock (_lock)
        {
            ThrowIfDisposed();
            var slot = MakeSlot(registration, out var state);
            if (Array.Exists(_slots, s => s.Info.Name == slot.Info.Name))
            {
                throw new ArgumentException(
                    $"A provider named '{slot.Info.Name}' is already there; names are unique within a router. Choose another, or use ReplaceProviders.",
                    nameof(registration));
            }

            state.Attach(slot, context.Currency, registration.LeaveOpen);
            _slots = [.. _slots, slot];
        }
    }

    public bool Remove(string name)
    {
        ProviderSlot? gone;
        lock (_lock)
        {
            gone = Array.Find(_slots, s => s.Info.Name == name);
            if (gone is null)
                return false;
            _slots = Array.FindAll(_slots, s => s != gone);
        }

        _ = RetireAsync(gone);
        return true;
    }

    public void Replace(IReadOnlyList<ProviderRegistration> registrations)
    {
        ProviderSlot[] gone;
        lock (_lock)
        {
            ThrowIfDisposed();
            var slots = new ProviderSlot[registrations.Count];
            for (var i = 0; i < slots.Length; i++)
            {
                slots[i] = MakeSlot(registrations[i], out _);
                for (var j = 0; j < i; j++)
                {
                    if (slots[j].Info.Name == slots[i].Info.Name)
                        throw new ArgumentException($"Two providers are named '{slots[i].Info.Name}'; names are unique within a router.", nameof(registrations));
                }
            }

            // Attached before the old slots retire: a provider that stays is never without an owner.
            for (var i = 0; i < slots.Length; i++)
                slots[i].State.Attach(slots[i], context.Currency, registrations[i].LeaveOpen);
            gone = _slots;
            _slots = slots;
        }

        foreach (var slot in gone)
            _ = RetireAsync(slot);
    }

    /// <summary>Empties the list; completes when the last attempt has ended and every owned provider is disposed.</summary>
    public Task CloseAsync()
    {
        ProviderSlot[] gone;
        lock (_lock)
        {
            gone = _slots;
            _slots = [];
        }

        return Task.WhenAll(gone.Select(RetireAsync));
    }

    private Task RetireAsync(ProviderSlot slot)
    {
        if (!Array.Exists(_slots, s => ReferenceEquals(s.Provider, slot.Provider)))
            probes?.Remove(slot.Provider);
        if (slot.State.Retire(slot))
            _ = slot.Lease.CloseAsync(slot.Info.Name, context);
        return slot.Lease.Closed;
    }

    private ProviderSlot MakeSlot(ProviderRegistration registration, out ProviderState state)
    {
        var provider = registration.Provider;
        var info = provider.Info ?? throw new ArgumentException($"Provider {provider.GetType().Name} has no Info; return a ProviderInfo with name, vendor and model.", nameof(registration));
        if (string.IsNullOrWhiteSpace(info.Name) || string.IsNullOrWhiteSpace(info.Vendor) || string.IsNullOrWhiteSpace(info.Model))
            throw new ArgumentException($"Provider {provider.GetType().Name} needs a name, a vendor and a model; it has '{info.Name}', '{info.Vendor}', '{info.Model}'.", nameof(registration));
        if (!_states.TryGetValue(info.Name, out state!))
            _states.Add(info.Name, state = new ProviderState(info.Name, context.Time.TimestampFrequency));
        var options = registration.Options ?? ProviderOptions.Default;
        var price = options.Price ?? context.Prices.Find(info.Vendor, info.Model);
        if (options.Price is null && price is not null)
            context.WarnOutdated(info, price);
        var limits = (options.Limits ?? new LimitOptions()).Over(info.Limits).Over(context.Limits);
        return new ProviderSlot(provider, info, options, state, price, limits);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(context.IsDisposing, typeof(Router));
}
