namespace Orchestrator;

/// <summary>What is shown of a provider as it is now.</summary>
internal readonly record struct ProviderGauges(double Health, int InFlight, int Queued)
{
    /// <summary>Of two routers that each have a provider of this name: the worse health, and what they do together.</summary>
    public ProviderGauges With(ProviderGauges other) =>
        new(Math.Min(Health, other.Health), InFlight + other.InFlight, Queued + other.Queued);
}
