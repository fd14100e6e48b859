namespace Orchestrator;

/// <summary>What the end of an attempt that did not succeed says about its provider.</summary>
/// <param name="IsFailure">Whether the provider is to blame.</param>
/// <param name="ErrorKind">The kind of its error.</param>
/// <param name="Jitter">0.8 to 1.2, by chance, for the cool-down.</param>
internal readonly record struct HealthVerdict(bool IsFailure, LlmErrorKind ErrorKind, double Jitter)
{
    /// <summary>Whether the vendor has refused the account: the provider is excluded until a trial shows that it is mended.</summary>
    public bool RefusesAccount { get; init; }

    /// <summary>How long the vendor wants no requests; null when it did not say.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>Whether the vendor limited its rate without saying for how long.</summary>
    public bool IsRateLimited { get; init; }

    /// <summary>Whether something of an answer had come.</summary>
    public bool HadEvent { get; init; }

    /// <summary>How long the attempt waited in vain before its caller left, in stamps; zero when the caller did not leave.</summary>
    public long Silence { get; init; }

    /// <summary>How long the provider may be silent, in stamps; zero for ever.</summary>
    public long SilenceLimit { get; init; }
}
