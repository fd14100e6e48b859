namespace Orchestrator.Wall;

/// <summary>What one call looked like to its caller.</summary>
internal sealed class WallAnswer
{
    /// <summary>The text in the caller's hands at the end; after a restart only what came since.</summary>
    public string Text { get; set; } = "";

    /// <summary>What the caller had before each restart.</summary>
    public List<string> Voided { get; } = [];

    public Exception? Error { get; set; }

    public RouteResult? Route { get; set; }

    /// <summary>The model the response itself names.</summary>
    public string? ModelId { get; set; }

    /// <summary>The tokens the response itself reports.</summary>
    public long SeenTokens { get; set; }

    public TimeSpan Took { get; set; }

    /// <summary>Whether it had to be cancelled because it did not end.</summary>
    public bool Hung { get; set; }

    /// <summary>Whether every word of one provider's answer is there and no other.</summary>
    public bool IsComplete => Error is null && (Text == WallText.Primary || Text == WallText.Secondary);

    public LlmException? LlmError => Error as LlmException;

    /// <summary>Whether the error says what happened: typed, with words, and of a kind.</summary>
    public bool IsClear => LlmError is { Message.Length: > 20, Kind: not LlmErrorKind.Unknown };

    /// <summary>What it was, in a few words.</summary>
    public string Said => Hung ? "hung"
        : Error is LlmException error ? $"{error.Kind}"
        : Error is not null ? Error.GetType().Name
        : IsComplete ? $"answered by {Route?.Provider.Name}"
        : $"an answer of {Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length} words";
}
