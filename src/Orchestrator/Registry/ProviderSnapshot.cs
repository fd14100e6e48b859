namespace Orchestrator;

/// <summary>Availability, health and load of a provider at one moment, as one consistent view.</summary>
/// <param name="Availability">Whether it may serve now.</param>
/// <param name="Health">Its status by recent errors.</param>
/// <param name="InFlight">Attempts that run.</param>
/// <param name="SecondsToFirstToken">The average of the kind that was asked for, decayed to that moment; NaN without a sample.</param>
internal readonly record struct ProviderSnapshot(
    ProviderAvailability Availability, ProviderHealth Health, int InFlight, double SecondsToFirstToken)
{
    /// <summary>The average in ticks of 100 ns; 0 before the first success.</summary>
    public long FirstTokenTicks =>
        double.IsNaN(SecondsToFirstToken) ? 0 : Math.Max(1, (long)(SecondsToFirstToken * TimeSpan.TicksPerSecond));

    public TimeSpan? TimeToFirstToken => double.IsNaN(SecondsToFirstToken) ? null : TimeSpan.FromSeconds(SecondsToFirstToken);
}
