namespace Orchestrator.Testing;

/// <summary>What a fake model says. Immutable; change a copy with <c>with</c>.</summary>
public sealed record FakeReply
{
    /// <summary>An answer of text.</summary>
    /// <param name="text">The text.</param>
    public FakeReply(string text = "Hello! How can I help you today?") => Text = text;

    /// <summary>The text; empty for none.</summary>
    public string Text { get; init; }

    /// <summary>The text as it is streamed, piece by piece, instead of <see cref="Text"/> cut into words.</summary>
    public IReadOnlyList<string>? Pieces { get; init; }

    /// <summary>How many words a streamed event holds.</summary>
    /// <value>1.</value>
    public int WordsPerEvent { get; init; } = 1;

    /// <summary>What the model thinks before it speaks.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The tools it calls.</summary>
    public IReadOnlyList<FakeToolCall> ToolCalls { get; init; } = [];

    /// <summary>In how many parts the arguments of a call are streamed, where the protocol has parts.</summary>
    /// <value>3.</value>
    public int ToolCallParts { get; init; } = 3;

    /// <summary>Why the answer ends, in the vendor's word.</summary>
    /// <value><see langword="null"/>: the vendor's word for a proper end, or for tool calls when there are some.</value>
    public string? FinishReason { get; init; }

    /// <summary>A refusal in the vendor's own field, where it has one.</summary>
    public string? Refusal { get; init; }

    /// <summary>The tokens of the prompt that are reported.</summary>
    /// <value><see langword="null"/>: four characters of the messages and of the tools on offer each.</value>
    public int? PromptTokens { get; init; }

    /// <summary>The tokens of the answer that are reported, reasoning included.</summary>
    /// <value><see langword="null"/>: four characters of the answer each.</value>
    public int? CompletionTokens { get; init; }

    /// <summary>How many tokens of the prompt came from a cache.</summary>
    public int CachedTokens { get; init; }

    /// <summary>How many tokens of the answer are reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>Where the usage is reported.</summary>
    /// <value><see cref="UsageForm.AsAsked"/>.</value>
    public UsageForm Usage { get; init; }

    /// <summary>The time before the first byte, as of a long prompt or a queue.</summary>
    public TimeSpan FirstDelay { get; init; }

    /// <summary>The time after each streamed event.</summary>
    public TimeSpan EventDelay { get; init; }

    internal IReadOnlyList<string> Deltas() => Pieces ?? Cut(Text, WordsPerEvent);

    internal string WholeText() => Pieces is null ? Text : string.Concat(Pieces);

    internal int CompletionCount() =>
        CompletionTokens ?? (Tokens(WholeText()) + Tokens(Reasoning) + ToolCalls.Sum(c => Tokens(c.Name) + Tokens(c.Arguments)));

    internal static int Tokens(string? text) => ((text?.Length ?? 0) + 3) / 4;

    internal static IReadOnlyList<string> Cut(string text, int words)
    {
        var pieces = new List<string>();
        var start = 0;
        var seen = 0;
        for (var i = 1; i < text.Length; i++)
        {
            // A piece begins at the space before its first word, as tokens do.
            if (text[i] != ' ' || text[i - 1] == ' ' || ++seen < Math.Max(1, words))
                continue;
            pieces.Add(text[start..i]);
            start = i;
            seen = 0;
        }

        if (text.Length > start)
            pieces.Add(text[start..]);
        return pieces;
    }
}
