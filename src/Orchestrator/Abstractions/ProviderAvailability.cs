using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>Whether a provider may serve a call now. The same words stand in <see cref="Router.Explain"/>, <see cref="Router.GetMetrics"/>,
/// the metrics and the log. The list is closed: a new limit is a new <see cref="ExclusionReason"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProviderAvailability>))]
public enum ProviderAvailability
{
    /// <summary>Ranked by the strategy.</summary>
    Available = 0,

    /// <summary>All of its permits are taken (the bulkhead is full): a call waits for one when no other provider is free.</summary>
    AtCapacity,

    /// <summary>Ejected for its errors (outlier ejection; the circuit breaker is open), or its trial is running: tried only when no other
    /// provider is left.</summary>
    Ejected,

    /// <summary>Its cool-down is over (the circuit breaker is half-open), or its exclusion for credentials, money or model: the next call
    /// tries it first, one call at a time.</summary>
    Trial,

    /// <summary>Excluded from every call for a time: <see cref="ExclusionReason"/> says why. Where its account is the reason it stays so
    /// for other calls while its trial runs.</summary>
    Excluded,
}
