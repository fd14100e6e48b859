using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>Why a provider is not in the plan of a call. The list is closed: new values come with a new major version.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExclusionReason>))]
public enum ExclusionReason
{
    /// <summary>It is in the plan.</summary>
    None = 0,

    /// <summary><see cref="Microsoft.Extensions.AI.ChatOptions.ModelId"/> asks for another.</summary>
    NotSelected,

    /// <summary>It lacks a capability the request needs.</summary>
    MissingCapability,

    /// <summary>Its vendor asked to come back later, and that time is running.</summary>
    RetryAfter,

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

    /// <summary>It has as many calls running as it may; it is waited for only when no other provider is free.</summary>
    AtCapacity,

    /// <summary>The strategy left it out.</summary>
    NotRanked,
}
