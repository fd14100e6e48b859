namespace Orchestrator.Testing;

/// <summary>A server of OpenAI's family as data: where it listens, what it sends, what it refuses, and how it says so.</summary>
internal sealed record Dialect
{
    public required OpenAiDialect Name { get; init; }

    /// <summary>The name on a command line.</summary>
    public string Word => Name.ToString().ToLowerInvariant();

    /// <summary>The path that <c>/chat/completions</c> is appended to. <c>/v1</c> is understood by every fake.</summary>
    public string BasePath { get; init; } = "v1";

    /// <summary>Whether it is strict when the test says nothing.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>How the vendor's keys begin, if only they begin so.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>Whether it takes tools.</summary>
    public bool HasTools { get; init; } = true;

    public DialectErrors Errors { get; init; } = new();

    public DialectShape Shape { get; init; } = new();

    /// <summary>What it refuses in a chat request when it is strict, before what every server refuses.</summary>
    public IReadOnlyList<DialectRule> Rules { get; init; } = [];

    /// <summary>What it refuses in a request of any kind, path and headers included; <see langword="null"/> for a bearer's key.</summary>
    public Func<CapturedRequest, string?, OpenAiCompatibleError?> CheckKey { get; init; } = OpenAiCompatibleRules.CheckKey;

    public OpenAiCompatibleError ErrorOf(LlmErrorKind kind, string model) =>
        Errors.Of(kind, model) ?? OpenAiCompatibleError.Of(kind, model);

    public OpenAiCompatibleError ErrorOf(int status, string model) =>
        OpenAiCompatibleError.KindOf(status) is { } kind
            ? ErrorOf(kind, model) with { Status = status }
            : OpenAiCompatibleError.Of(status, model);
}
