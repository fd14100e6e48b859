namespace Orchestrator;

/// <summary>What happens after an error of one kind. The defaults are the table in docs/routing.md.</summary>
/// <remarks>Change one with <c>options.ErrorRules[kind] = ErrorRule.For(kind) with { Next = NextProvider.Always }</c>.</remarks>
public sealed record ErrorRule
{
    /// <summary>Whether the same provider may be asked again: once, after a short wait or its <c>Retry-After</c>, within
    /// <see cref="RouterOptions.Retry"/>.</summary>
    public bool RetriesSameProvider { get; init; }

    /// <summary>Whether another provider is asked after it.</summary>
    /// <value><see cref="NextProvider.Always"/>.</value>
    public NextProvider Next { get; init; } = NextProvider.Always;

    /// <summary>What it does to the provider's health.</summary>
    public HealthEffect Health { get; init; }

    /// <summary>The default rule of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is not a defined value.</exception>
    public static ErrorRule For(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.Authentication or LlmErrorKind.Permission or LlmErrorKind.QuotaExceeded or LlmErrorKind.ModelNotFound =>
            new() { Health = HealthEffect.Excluded },
        LlmErrorKind.RateLimited => new() { RetriesSameProvider = true, Health = HealthEffect.ExcludedForRetryAfter },
        LlmErrorKind.ServerError or LlmErrorKind.Unavailable => new() { RetriesSameProvider = true, Health = HealthEffect.Failure },
        LlmErrorKind.Timeout or LlmErrorKind.MalformedResponse or LlmErrorKind.StreamInterrupted or LlmErrorKind.Unknown =>
            new() { Health = HealthEffect.Failure },
        LlmErrorKind.InvalidRequest => new() { Next = NextProvider.OneElsewhere },
        LlmErrorKind.ContentFiltered => new() { Next = NextProvider.Never },
        LlmErrorKind.ContextLengthExceeded or LlmErrorKind.NotSupported or LlmErrorKind.NoCandidate or LlmErrorKind.Overloaded => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of error."),
    };
}
