namespace Orchestrator.Providers;

/// <summary>How one call to a <see cref="MockProvider"/> ends. Immutable; made by the static methods.</summary>
public sealed record MockOutcome
{
    private MockOutcome()
    {
    }

    /// <summary>How long this call waits before its answer, first word or failure.</summary>
    /// <value><see langword="null"/>: <see cref="MockOptions.Delay"/> for answers, nothing for failures.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan? Delay
    {
        get;
        init => field = value is { } delay ? MockOptions.Checked(delay, nameof(Delay)) : null;
    }

    internal static MockOutcome Usual { get; } = new();

    internal string? Text { get; private init; }

    internal LlmErrorKind? Kind { get; private init; }

    internal int? StatusCode { get; private init; }

    internal TimeSpan? RetryAfter { get; private init; }

    internal int? Words { get; private init; }

    internal bool NeverEnds { get; private init; }

    /// <summary>An answer.</summary>
    /// <param name="text">The text; <see langword="null"/> for the provider's usual one.</param>
    /// <returns>The outcome.</returns>
    public static MockOutcome Success(string? text = null) => text is null ? Usual : new() { Text = text };

    /// <summary>A failure before any text.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="statusCode">The HTTP status to report, 100 to 599; <see langword="null"/> for none.</param>
    /// <param name="retryAfter">How long the vendor asks to wait, not negative; <see langword="null"/> for no word on it.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static MockOutcome Failure(LlmErrorKind kind, int? statusCode = null, TimeSpan? retryAfter = null)
    {
        if (statusCode is < 100 or > 599)
            throw new ArgumentOutOfRangeException(nameof(statusCode), statusCode, "An HTTP status is between 100 and 599.");
        if (retryAfter is { } wait)
            ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero, nameof(retryAfter));
        return new() { Kind = Checked(kind), StatusCode = statusCode, RetryAfter = retryAfter };
    }

    /// <summary>An answer that breaks off. A call that is not streamed fails without any text.</summary>
    /// <param name="words">How many words arrive, not negative; if the text has fewer, it breaks before its completion.</param>
    /// <param name="kind">Why.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static MockOutcome CutAfter(int words, LlmErrorKind kind = LlmErrorKind.StreamInterrupted)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(words);
        return new() { Words = words, Kind = Checked(kind) };
    }

    /// <summary>No answer at all: the call waits until it is cancelled.</summary>
    /// <returns>The outcome.</returns>
    public static MockOutcome Hang() => new() { NeverEnds = true };

    internal static LlmErrorKind Checked(LlmErrorKind kind) => Enum.IsDefined(kind)
        ? kind
        : throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind of a failure is one of LlmErrorKind.");
}
