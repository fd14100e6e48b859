namespace Orchestrator;

/// <summary>Why an attempt or a call failed. The kind decides what happens next, and is the <c>kind</c> label of
/// <c>llm_errors_total</c>.</summary>
public enum LlmErrorKind
{
    /// <summary>An exception the router does not know. The next provider is tried; counts against health.</summary>
    Unknown = 0,

    /// <summary>Credentials are missing, wrong or expired (HTTP 401). The next provider is tried; this one is excluded:
    /// <see cref="HealthEffect.Excluded"/>.</summary>
    Authentication,

    /// <summary>Credentials are fine but do not allow this (HTTP 403). The next provider is tried; this one is excluded:
    /// <see cref="HealthEffect.Excluded"/>.</summary>
    Permission,

    /// <summary>Money or package is used up (HTTP 402, <c>insufficient_quota</c>). The next provider is tried; this one is excluded:
    /// <see cref="HealthEffect.Excluded"/>.</summary>
    QuotaExceeded,

    /// <summary>The vendor does not have this model (HTTP 404). The next provider is tried; this one is excluded:
    /// <see cref="HealthEffect.Excluded"/>.</summary>
    ModelNotFound,

    /// <summary>Too many requests (HTTP 429). A short <c>Retry-After</c> is waited for, else the next provider is tried, and without one
    /// the end of the cool-down is waited for when no other is left; this one is excluded for its <c>Retry-After</c> or for the
    /// cool-down. Does not count against health.</summary>
    RateLimited,

    /// <summary>The vendor failed (HTTP 500). The same provider is asked once more, then the next; counts against health.</summary>
    ServerError,

    /// <summary>The vendor could not be reached or is overloaded (network, TLS, HTTP 502, 503). The same provider is asked once more, then
    /// the next; counts against health.</summary>
    Unavailable,

    /// <summary>A time-out ran out. The next provider is tried; counts against health unless only the call's own deadline
    /// passed, or a limit that the request made tighter.</summary>
    Timeout,

    /// <summary>The answer could not be understood, or a gateway's page came in its place. The next provider is tried if nothing was handed
    /// out; counts against health.</summary>
    MalformedResponse,

    /// <summary>The answer was cut. The next provider is tried if nothing was handed out; counts against health.</summary>
    StreamInterrupted,

    /// <summary>The prompt is longer than the model's window. Providers with a larger window are tried; does not count against
    /// health.</summary>
    ContextLengthExceeded,

    /// <summary>This provider cannot do what was asked. The next provider is tried; does not count against health.</summary>
    NotSupported,

    /// <summary>The request itself is wrong (HTTP 400, 422). One provider of another vendor or endpoint is asked, once a call; does not
    /// count against health.</summary>
    InvalidRequest,

    /// <summary>The vendor refused the content. Not tried elsewhere unless <see cref="RouterOptions.RefusalAction"/> says so; does
    /// not count against health.</summary>
    ContentFiltered,

    /// <summary>No registered provider may serve this call. From a router that is used as a provider: the next provider is tried; does
    /// not count against health.</summary>
    NoCandidate,

    /// <summary>Every provider that could serve this call is full, and so is its queue. From a router that is used as a provider: the next
    /// provider is tried; does not count against health.</summary>
    Overloaded,
}
