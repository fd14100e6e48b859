using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>A provider that a call would ask.</summary>
public sealed record ExplainedCandidate
{
    /// <summary>Its name.</summary>
    public required string Provider { get; init; }

    /// <summary>Its model.</summary>
    public required string Model { get; init; }

    /// <summary>Whether it may serve now; its position depends on it.</summary>
    public ProviderAvailability Availability { get; init; }

    /// <summary>Its status by the errors in <see cref="HealthOptions.Window"/> (60 s).</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<ProviderHealth>))]
    public ProviderHealth Health { get; init; }

    /// <summary>The answer of the last <see cref="IHealthProbe"/>, where the strategy uses probes; <see langword="true"/> without
    /// one.</summary>
    public bool IsReachable { get; init; }

    /// <summary>Attempts running now.</summary>
    public int InFlight { get; init; }

    /// <summary>The expected time to its first token; <see langword="null"/> before its first success.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>The price of 1,000 prompt tokens in the router's currency; <see langword="null"/> when unknown.</summary>
    public decimal? PromptPricePer1K { get; init; }
}
