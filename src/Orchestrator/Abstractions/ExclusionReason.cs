using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>Why a provider is not in the plan of a call. <see cref="Router.Explain"/>, <see cref="Router.GetMetrics"/> and the log use the
/// same values. The list is closed: new values come with a new major version.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExclusionReason>))]
public enum ExclusionReason
{
    /// <summary>It is not excluded.</summary>
    None = 0,

    /// <summary><see cref="Microsoft.Extensions.AI.ChatOptions.ModelId"/> asks for another.</summary>
    NotSelected,

    /// <summary>It lacks a capability the request needs.</summary>
    MissingCapability,

    /// <summary>Its vendor's <c>Retry-After</c> is running.</summary>
    RetryAfter,

    /// <summary>Its vendor limited its rate (HTTP 429) without saying for how long: a cool-down of the router's own is running.</summary>
    RateLimited,

    /// <summary>Its credentials were refused (HTTP 401).</summary>
    Authentication,

    /// <summary>Its credentials do not allow this (HTTP 403).</summary>
    Permission,

    /// <summary>Its money or package is used up (HTTP 402).</summary>
    QuotaExceeded,

    /// <summary>Its vendor does not have the model (HTTP 404).</summary>
    ModelNotFound,

    /// <summary>Another error that <see cref="RouterOptions.ErrorRules"/> answers with an exclusion.</summary>
    Error,

    /// <summary>It was switched off by hand: <see cref="Router.SetEnabled"/>.</summary>
    Disabled,

    /// <summary>All of its permits are taken; a call waits for one only when no other provider is free.</summary>
    AtCapacity,

    /// <summary>The strategy left it out.</summary>
    NotRanked,
}
