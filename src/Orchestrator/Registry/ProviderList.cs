namespace Orchestrator;

/// <summary>
/// The registered providers: an immutable array replaced whole, and of every name ever seen its state or, when it has left, its totals. The
/// latest few to leave keep their whole state, for most names that come back do so at once.
/// </summary>
internal sealed class ProviderList(ProviderListServices services)
{
    internal const int KeptWhole = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _left = new(StringComparer.Ordinal);
    private readonly Queue<ProviderState> _leaving = new();
    private readonly OwnedObjects _owned = new(services.Foreign, services.Logger);
    private volatile RegisteredProvider[] _slots = [];
    private long _stamp;
    private bool _isClosed;

    public RegisteredProvider[] Slots => _slots;

    /// <summary>Shows an exporter every name whose totals may have changed, and those that left, while none enters or leaves.</summary>
    /// <param name="since">What this returned to the exporter before: names that left earlier are not shown again. 0 for all.</param>
    /// <param name="visit">The exporter's own code.</param>
    /// <returns>The number of the latest change that was shown.</returns>
    public long Visit(long since, Action<ProviderState> visit)
    {
        lock (_lock)
        {
            foreach (var state in _states.Values)
                visit(state);
            foreach (var (name, packed) in _left)
            {
                if (LeftStamp.Of(packed) > since)
                    visit(NewState(name, packed));
            }

            return _stamp;
        }
    }

    public void Add(ProviderRegistration registration)
    {
        var draft = Draft(registration);
        lock (_lock)
        {
            ThrowIfClosed();
            if (Array.Exists(_slots, s => s.Info.Name == draft.Info.Name))
            {
                throw new ArgumentException(
                    $"A provider named '{draft.Info.Name}' is already there; names are unique within a router. " +
                    "Choose another, or use ReplaceProviders.",
                    nameof(registration));
            }

            _slots = [.. _slots, AttachUnderLock(draft)];
        }
    }

    public bool Remove(string name)
    {
        RegisteredProvider? gone;
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
        RegisteredProvider[] gone;
        lock (_lock)
        {
            ThrowIfClosed();
            gone = _slots;
            // Attached before the old slots retire: a provider that stays is never without an owner.
            _slots = Array.ConvertAll(drafts, AttachUnderLock);
        }

        foreach (var slot in gone)
            Retire(slot);
    }

    /// <summary>Empties the list; completes when the last attempt has ended and every owned provider is disposed, those removed before
    /// too.</summary>
    public Task CloseAsync()
    {
        RegisteredProvider[] gone;
        lock (_lock)
        {
            _isClosed = true;
            gone = _slots;
            _slots = [];
        }

        foreach (var slot in gone)
            Retire(slot);
        return _owned.WhenAllClosed();
    }

    private void Retire(RegisteredProvider slot)
    {
        bool isUnused;
        lock (_lock)
        {
            isUnused = slot.State.Retire(slot, ++_stamp);
            PackUnderLock(slot.State);
        }

        slot.CloseIf(isUnused);
        if (!slot.Lease.IsListed)
            services.Probes?.Remove(slot.Provider);
    }

    private void PackUnderLock(ProviderState left)
    {
        if (!left.IsLeaving && !left.IsListed)
        {
            left.IsLeaving = true;
            _leaving.Enqueue(left);
        }

        for (var more = _leaving.Count - KeptWhole; more > 0; more--)
        {
            var state = _leaving.Dequeue();
            state.IsLeaving = false;
            if (state.IsListed)
                continue;
            if (state.TryPack(_stamp) is { } packed)
            {
                _states.Remove(state.Name);
                _left.Add(state.Name, packed);
                continue;
            }

            // An attempt still runs there: next time.
            state.IsLeaving = true;
            _leaving.Enqueue(state);
        }
    }

    private ProviderState NewState(string name, byte[]? packed)
    {
        var state = new ProviderState(name, services.Health, services.Clock);
        if (packed is not null)
            state.Unpack(packed, services.Prices.Currency);
        return state;
    }

    /// <summary>Everything that asks the provider, the price table or the log: none of it under the lock.</summary>
    private SlotDraft Draft(ProviderRegistration registration)
    {
        var provider = registration.Provider;
        var info = provider.Info ?? throw new ArgumentException(
            $"Provider {provider.GetType().Name} has no Info; return a ProviderInfo with name, vendor and model.", nameof(registration));
        if (string.IsNullOrWhiteSpace(info.Name) || string.IsNullOrWhiteSpace(info.Vendor) || string.IsNullOrWhiteSpace(info.Model))
        {
            throw new ArgumentException(
                $"Provider {provider.GetType().Name} needs a name, a vendor and a model; one of them is empty.", nameof(registration));
        }

        var options = registration.Options ?? ProviderOptions.Default;
        var price = options.Price is { } own ? services.Prices.Own(own) : services.Prices.Find(info.Vendor, info.Model);
        if (options.Price is null && price is not null)
            services.Once.WarnOutdated(info, price);
        var limits = (options.Timeouts ?? new TimeoutOptions()).Over(info.Timeouts).Over(services.Timeouts);
        return new SlotDraft(provider, info, options, registration.LeaveOpen, price, limits);
    }

    private RegisteredProvider AttachUnderLock(SlotDraft draft)
    {
        if (!_states.TryGetValue(draft.Info.Name, out var state))
        {
            _left.Remove(draft.Info.Name, out var packed);
            _states.Add(draft.Info.Name, state = NewState(draft.Info.Name, packed));
        }

        var slot = new RegisteredProvider(draft.Provider, draft.Info, draft.Options, state, draft.Price, draft.Timeouts);
        state.Attach(slot, services.Prices.Currency, draft.LeaveOpen);
        _owned.Add(slot.Lease);
        return slot;
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
            throw RouterDisposed.Error();
    }

    private sealed record SlotDraft(
        ILlmProvider Provider, ProviderInfo Info, ProviderOptions Options, bool LeaveOpen, ModelPrice? Price, TimeoutOptions Timeouts);
}
