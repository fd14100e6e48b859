namespace Orchestrator.Providers;

/// <summary>What an exception of an SDK says.</summary>
/// <param name="Status">The HTTP status of a failure.</param>
/// <param name="StatusName">The status by its name, where it is one of an enumeration.</param>
/// <param name="Error">The vendor's words, for the table of kinds only.</param>
internal sealed record SdkSaid(int? Status, string? StatusName, ServerError Error)
{
    public TimeSpan? Wait { get; init; }

    public string? RequestId { get; init; }

    public string? RetryAfterMs { get; init; }

    /// <summary>What the response said about waiting, by the name of the header.</summary>
    public string? Header(string name) => name switch
    {
        "retry-after-ms" => RetryAfterMs,
        "Retry-After" => RetryAfter,
        "Date" => Date,
        _ => null,
    };

    public string? RetryAfter { get; init; }

    public string? Date { get; init; }
}
