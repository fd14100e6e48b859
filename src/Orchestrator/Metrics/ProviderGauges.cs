namespace Orchestrator;

/// <summary>The gauges of a provider.</summary>
internal readonly record struct ProviderGauges(double Health, int InFlight, int Queued)
{
    /// <summary>Combines the gauges of two routers that each have a provider of this name: the worse health, and the sums.</summary>
    public ProviderGauges With(ProviderGauges other) =>
        new(Math.Min(Health, other.Health), InFlight + other.InFlight, Queued + other.Queued);
}
