namespace Orchestrator.Providers;

/// <summary>The fields of an SDK's exception that describe a failed request.</summary>
/// <param name="Status">The HTTP status of a failure.</param>
/// <param name="StatusName">The name of the status, where the SDK has an enumeration for it.</param>
/// <param name="Error">The vendor's text, which only the table of kinds reads.</param>
internal sealed record SdkErrorFields(int? Status, string? StatusName, ServerError Error)
{
    public TimeSpan? Wait { get; init; }

    /// <summary>Whether the body, or the message, is a gateway's page.</summary>
    public bool IsPage { get; init; }

    public string? RequestId { get; init; }

    public string? RetryAfterMs { get; init; }

    /// <summary>The headers of the response about waiting, by name.</summary>
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
