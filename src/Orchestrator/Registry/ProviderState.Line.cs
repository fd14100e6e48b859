namespace Orchestrator;

/// <summary>What becomes of a permit that a call has waited for.</summary>
internal sealed partial class ProviderState
{
    private long _lastNow;

    /// <summary>Whether the attempt may begin with the permit it waited for: the provider may have been ejected or excluded
    /// meanwhile.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="now">The time.</param>
    /// <param name="waited">How long the call waited.</param>
    /// <param name="ticket">The ticket that came with the permit.</param>
    public ProviderAvailability Admit(RegisteredProvider registered, long now, TimeSpan waited, ref AttemptTicket ticket)
    {
        lock (_lock)
        {
            _permits.Waits.Add(waited.TotalSeconds);
            if (registered.IsRetired)
                return ProviderAvailability.Excluded;
            if (ticket.IsTrial || _health.IsClear)
                return ProviderAvailability.Available;
            return AdmitUnderLock(now, anyway: ticket.WasEjected, out ticket);
        }
    }

    /// <summary>The time, and where the clock throws the last one known.</summary>
    private long NowOrBefore() => _clock.NowOr(Volatile.Read(ref _lastNow));
}
