namespace Orchestrator;

/// <summary>
/// Counts the uses of one provider object under one name: its registrations in the list and the attempts that run on it. Released once,
/// when both counts are zero. Guarded by the lock of the <see cref="ProviderState"/>, except <see cref="Release"/>.
/// </summary>
internal sealed class ProviderLifetime(ILlmProvider provider)
{
    private int _registrations;
    private int _attempts;

    public ILlmProvider Provider => provider;

    /// <summary>Whether the router must not dispose it, as the last registration said.</summary>
    public bool LeaveOpen { get; set; }

    /// <summary>Disposes the provider after its last use. Set by the list that registers the provider.</summary>
    public OwnedObjects? Owner { get; set; }

    /// <summary>Whether the last use has ended: a later registration needs a new lifetime.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How many of its attempts are orphaned and still hold their permits.</summary>
    public int Orphaned { get; set; }

    /// <summary>Whether another provider object has taken the name: orphaned attempts of this one hold no permits any more.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>Whether the list holds the provider. Safe to read without the lock.</summary>
    public bool IsListed => Volatile.Read(ref _registrations) > 0;

    public void AddRegistration() => _registrations++;

    public void AddAttempt() => _attempts++;

    /// <summary>True when that was the last use: the caller releases it after leaving the lock.</summary>
    public bool RemoveRegistration()
    {
        _registrations--;
        return IsOver = _registrations == 0 && _attempts == 0;
    }

    /// <inheritdoc cref="RemoveRegistration"/>
    public bool RemoveAttempt()
    {
        _attempts--;
        return IsOver = _registrations == 0 && _attempts == 0;
    }

    /// <summary>Disposes the provider, if the router owns it and no other lifetime uses the same object. Runs none of its code on this
    /// thread.</summary>
    public void Release(string name) => Owner?.Release(this, name);
}
