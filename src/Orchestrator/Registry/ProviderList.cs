namespace Orchestrator;

/// <summary>
/// The registered providers, as an immutable array that is replaced as a whole. For every name ever registered it keeps the state or, after
/// the name has left, its packed totals. The last few names to leave keep their whole state, because most names that return do so at once.
/// </summary>
internal sealed class ProviderList(ProviderListServices services)
{
    internal const int KeptWhole = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _left = new(StringComparer.Ordinal);
    private readonly Queue<ProviderState> _leaving = new();
    private readonly OwnedObjects _owned = new(services.Foreign, services.Logger);
    private readonly ListChange _change = new();
    private volatile RegisteredProvider[] _providers = [];
    private long _stamp;
    private bool _isClosed;

    public RegisteredProvider[] All => _providers;

    /// <summary>The turns of calls among them.</summary>
    public Turns Turns { get; } = new();

    /// <inheritdoc cref="ListChange.Next"/>
    public Task<bool> NextChange => _change.Next;

    /// <summary>Visits, for an exporter, every name whose totals may have changed and every name that left. Holds the lock: no name is
    /// added or removed meanwhile.</summary>
    /// <param name="since">The number that the exporter's last visit returned: names that left earlier are not visited again. 0 for
    /// all.</param>
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
            if (Array.Exists(_providers, s => s.Info.Name == draft.Info.Name))
            {
                throw new ArgumentException(
                    $"A provider named '{draft.Info.Name}' is already there; names are unique within a router. " +
                    "Choose another, or use ReplaceProviders.",
                    nameof(registration));
            }

            SetUnderLock([.. _providers, AttachUnderLock(draft)]);
        }
    }

    public bool Remove(string name)
    {
        RegisteredProvider? gone;
        lock (_lock)
        {
            gone = Array.Find(_providers, s => s.Info.Name == name);
            if (gone is null)
                return false;
            SetUnderLock(Array.FindAll(_providers, s => s != gone));
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
            gone = _providers;
            // Attached before the old registrations retire: a provider that is in both lists must not be disposed in between.
            SetUnderLock(Array.ConvertAll(drafts, AttachUnderLock));
        }

        foreach (var registered in gone)
            Retire(registered);
    }

    /// <summary>Empties the list; completes when the last attempt has ended and every owned provider is disposed, those removed before
    /// too.</summary>
    public Task CloseAsync()
    {
        RegisteredProvider[] gone;
        lock (_lock)
        {
            _isClosed = true;
            gone = _providers;
            SetUnderLock([]);
        }

        foreach (var registered in gone)
            Retire(registered);
        return _owned.WhenAllClosed();
    }

    private void SetUnderLock(RegisteredProvider[] providers)
    {
        _providers = providers;
        Turns.SetWhole(providers);
        _change.Raise();
    }

    private void Retire(RegisteredProvider registered)
    {
        bool isUnused;
        lock (_lock)
        {
            isUnused = registered.State.Retire(registered, ++_stamp);
            PackUnderLock(registered.State);
        }

        registered.CloseIf(isUnused);
        if (!registered.Lifetime.IsListed)
            services.Probes?.Remove(registered.Provider);
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

            // One of its attempts still runs: it is packed at a later change.
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

    /// <summary>Reads all that the provider, the price table and the log are needed for. Runs outside the lock, because it is user
    /// code.</summary>
    private RegistrationDraft Draft(ProviderRegistration registration)
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
        return new RegistrationDraft(provider, info, options, registration.LeaveOpen, price, limits);
    }

    private RegisteredProvider AttachUnderLock(RegistrationDraft draft)
    {
        if (!_states.TryGetValue(draft.Info.Name, out var state))
        {
            _left.Remove(draft.Info.Name, out var packed);
            _states.Add(draft.Info.Name, state = NewState(draft.Info.Name, packed));
        }

        var registered = new RegisteredProvider(draft.Provider, draft.Info, draft.Options, state, draft.Price, draft.Timeouts);
        state.Attach(registered, services.Prices.Currency, draft.LeaveOpen);
        _owned.Add(registered.Lifetime);
        return registered;
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
            throw RouterDisposed.Error();
    }

    private sealed record RegistrationDraft(
        ILlmProvider Provider, ProviderInfo Info, ProviderOptions Options, bool LeaveOpen, ModelPrice? Price, TimeoutOptions Timeouts);
}
