namespace Orchestrator;

/// <summary>What an operator does by hand.</summary>
internal sealed partial class ProviderState
{
    /// <summary>Switches the provider off or on. Running attempts end as they would have; calls that wait for a permit make a new
    /// plan.</summary>
    /// <returns>Whether that changed anything.</returns>
    public bool SetEnabled(bool enabled, long now)
    {
        lock (_lock)
        {
            BeginChangeUnderLock();
            var isChange = _health.SetEnabled(enabled, now);
            EndChangeUnderLock();
            if (!enabled)
                _permits.Line.NoteExcluded();
            _grants.HandOn(now, isWorse: true);
            return isChange;
        }
    }

    /// <inheritdoc cref="HealthRecord.ResetByHand"/>
    public void ResetHealth(long now)
    {
        lock (_lock)
        {
            BeginChangeUnderLock();
            _health.ResetByHand(now);
            EndChangeUnderLock();
            _grants.HandOn(now, isWorse: true);
        }
    }
}
