namespace Orchestrator;

/// <summary>
/// Counts the uses of one provider object under one name: the slots that list it and the attempts that run on it. Released once, when there
/// are none of both. Guarded by the lock of the <see cref="ProviderState"/>, except <see cref="Release"/>.
/// </summary>
internal sealed class ProviderLifetime(ILlmProvider provider)
{
    private int _slots;
    private int _attempts;

    public ILlmProvider Provider => provider;

    /// <summary>Whether the router must not dispose it, as the last registration said.</summary>
    public bool LeaveOpen { get; set; }

    /// <summary>Where what the provider owns is disposed when it is not used any more. Set by the list that registers the
    /// provider.</summary>
    public OwnedObjects? Owner { get; set; }

    /// <summary>Whether the last use has ended: what is registered from then on needs a lease of its own.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How many of its attempts are orphaned and still hold their permits.</summary>
    public int Orphaned { get; set; }

    /// <summary>Whether another provider object has taken the name: orphaned attempts of this one hold no permits any more.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>Whether a slot lists the provider. Safe to ask without the lock.</summary>
    public bool IsListed => Volatile.Read(ref _slots) > 0;

    public void AddSlot() => _slots++;

    public void AddAttempt() => _attempts++;

    /// <summary>True when that was the last use: the caller releases it after leaving the lock.</summary>
    public bool RemoveSlot()
    {
        _slots--;
        return IsOver = _slots == 0 && _attempts == 0;
    }

    /// <inheritdoc cref="RemoveSlot"/>
    public bool RemoveAttempt()
    {
        _attempts--;
        return IsOver = _slots == 0 && _attempts == 0;
    }

    /// <summary>Has the provider disposed, if it was ours and nothing else needs what it owns. Runs none of its code on this
    /// thread.</summary>
    public void Release(string name) => Owner?.Release(this, name);
}
