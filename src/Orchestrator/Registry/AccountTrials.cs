namespace Orchestrator;

/// <summary>What calls ask about a provider whose account was refused. Takes the lock of its <see cref="ProviderState"/>.</summary>
internal sealed class AccountTrials(Lock stateLock, HealthRecord health)
{
    /// <inheritdoc cref="HealthRecord.EarlyTrialAt"/>
    public (long Left, bool WasJustAsked)? At(long now)
    {
        lock (stateLock)
            return health.EarlyTrialAt(now);
    }

    /// <inheritdoc cref="HealthRecord.TryEndEarly"/>
    public bool TryEndEarly(long now)
    {
        lock (stateLock)
            return health.TryEndEarly(now);
    }

    /// <inheritdoc cref="AccountExclusion.ConfirmByProbe"/>
    public void ConfirmByProbe(long now)
    {
        lock (stateLock)
            health.ConfirmByProbe(now);
    }
}
