namespace Orchestrator;

/// <summary>The registered providers: an immutable array replaced whole, and the state of every name ever seen.</summary>
internal sealed class ProviderList(RouterContext context, ProbeCache? probes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderState> _states = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _closing = [];
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
        var draft = Draft(registration);
        lock (_lock)
        {
            ThrowIfDisposed();
            if (Array.Exists(_slots, s => s.Info.Name == draft.Info.Name))
            {
                throw new ArgumentException(
                    $"A provider named '{draft.Info.Name}' is already there; names are unique within a router. Choose another, or use ReplaceProviders.",
                    nameof(registration));
            }

            _slots = [.. _slots, AttachUnderLock(draft)];
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

        Retire(gone);
        return true;
    }

    public void Replace(IReadOnlyList<ProviderRegistration> registrations)
    {
        var drafts = registrations.Select(Draft).ToArray();
        if (drafts.CountBy(d => d.Info.Name, StringComparer.Ordinal).FirstOrDefault(n => n.Value > 1) is { Key: { } twice })
            throw new ArgumentException($"Two providers are named '{twice}'; names are unique within a router.", nameof(registrations));
        ProviderSlot[] gone;
        lock (_lock)
        {
            ThrowIfDisposed();
            gone = _slots;
            // Attached before the old slots retire: a provider that stays is never without an owner.
            _slots = Array.ConvertAll(drafts, AttachUnderLock);
        }

        foreach (var slot in gone)
            Retire(slot);
    }

    /// <summary>Empties the list; completes when the last attempt has ended and every owned provider is disposed, those removed before too.</summary>
    public Task CloseAsync()
    {
        ProviderSlot[] gone;
        lock (_lock)
        {
            gone = _slots;
            _slots = [];
        }

        foreach (var slot in gone)
            Retire(slot);
        lock (_lock)
            return Task.WhenAll(_closing);
    }

    private void Retire(ProviderSlot slot)
    {
        if (slot.State.Retire(slot))
            _ = slot.Lease.CloseAsync(slot.Info.Name, context);
        if (!slot.Lease.IsListed)
            probes?.Remove(slot.Provider);
        lock (_lock)
        {
            _closing.RemoveWhere(static t => t.IsCompleted);
            if (!slot.Lease.Closed.IsCompleted)
                _closing.Add(slot.Lease.Closed);
        }
    }

    /// <summary>Everything that asks the provider, the price table or the log: none of it under the lock.</summary>
    private SlotDraft Draft(ProviderRegistration registration)
    {
        var provider = registration.Provider;
        var info = provider.Info ?? throw new ArgumentException($"Provider {provider.GetType().Name} has no Info; return a ProviderInfo with name, vendor and model.", nameof(registration));
        if (string.IsNullOrWhiteSpace(info.Name) || string.IsNullOrWhiteSpace(info.Vendor) || string.IsNullOrWhiteSpace(info.Model))
            throw new ArgumentException($"Provider {provider.GetType().Name} needs a name, a vendor and a model; it has '{info.Name}', '{info.Vendor}', '{info.Model}'.", nameof(registration));
        var options = registration.Options ?? ProviderOptions.Default;
        var price = options.Price is { } own ? context.Prices.Own(own) : context.Prices.Find(info.Vendor, info.Model);
        if (options.Price is null && price is not null)
            context.WarnOutdated(info, price);
        var limits = (options.Limits ?? new LimitOptions()).Over(info.Limits).Over(context.Limits);
        return new SlotDraft(provider, info, options, registration.LeaveOpen, price, limits);
    }

    private ProviderSlot AttachUnderLock(SlotDraft draft)
    {
        if (!_states.TryGetValue(draft.Info.Name, out var state))
            _states.Add(draft.Info.Name, state = new ProviderState(draft.Info.Name, context.Health, context.Time.TimestampFrequency));
        var slot = new ProviderSlot(draft.Provider, draft.Info, draft.Options, state, draft.Price, draft.Limits);
        state.Attach(slot, context.Currency, draft.LeaveOpen);
        return slot;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(context.IsDisposing, typeof(Router));

    private sealed record SlotDraft(ILlmProvider Provider, ProviderInfo Info, ProviderOptions Options, bool LeaveOpen, ModelPrice? Price, LimitOptions Limits);
}
