namespace Orchestrator;

/// <summary>The line of calls that wait for one provider, as the calls use it. Takes the lock of the provider's state.</summary>
internal sealed class ProviderLine(Lock stateLock, ProviderPermits permits, PermitGrants grants)
{
    /// <summary>
    /// Waits for a permit, or for the provider's return, or takes a permit at once where one is free and no call came before. A granted
    /// permit is already counted as in flight: <see cref="ProviderState.Admit"/> it, or <see cref="ProviderState.Withdraw"/>.
    /// </summary>
    /// <param name="place">The place; one that is in line may wait for something else from now on.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="now">The time.</param>
    /// <param name="returns">Whether the call was in line before: there is room for it.</param>
    /// <returns>False when the line is full, or the provider has left the list.</returns>
    public bool Join(WaitPlace place, WaitFor what, long now, bool returns)
    {
        lock (stateLock)
            return grants.Join(place, what, now, returns);
    }

    /// <summary>Removes a call that has stopped waiting.</summary>
    public void Leave(WaitPlace place)
    {
        lock (stateLock)
        {
            permits.Line.Leave(place);
            permits.Line.TellFirst();
        }
    }

    /// <summary>Grants what the provider has free by now to those that came first: no timer brings it back.</summary>
    public void HandOn(long now)
    {
        lock (stateLock)
            grants.HandOn(now);
    }
}
