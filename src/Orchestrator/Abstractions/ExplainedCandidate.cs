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

    /// <summary>The time to expect of it: to the first token where every provider of the call would stream, else to the whole answer; for a
    /// stream explain a request with <see cref="LlmRequest.Streaming"/>. <see langword="null"/> before its first success of that
    /// kind.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>The price of 1,000 prompt tokens in the router's currency; <see langword="null"/> when unknown.</summary>
    public decimal? PromptPricePer1K { get; init; }
}
