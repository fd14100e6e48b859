using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>How a <see cref="MockProvider"/> behaves. Immutable; checked where it is set.</summary>
public sealed record MockOptions
{
    internal static MockOptions Default { get; } = new();

    /// <summary>The time before the answer, or before the first word of a stream. Zero: the provider completes synchronously.</summary>
    /// <value>100 ms.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan Delay { get; init => field = Checked(value, nameof(Delay)); } = TimeSpan.FromMilliseconds(100);

    /// <summary>The time between two words of a stream.</summary>
    /// <value>Zero.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan ChunkDelay { get; init => field = Checked(value, nameof(ChunkDelay)); }

    /// <summary>The text of every answer.</summary>
    /// <value><see langword="null"/>: <see cref="ReplyFactory"/> decides.</value>
    public string? Reply { get; init; }

    /// <summary>Makes the text from the request. Called on many threads; <see cref="Reply"/> wins over it.</summary>
    /// <value><see langword="null"/>: <c>Mock response to: {prompt}</c>, the prompt being the text of the last user message.</value>
    public Func<LlmRequest, string>? ReplyFactory { get; init; }

    /// <summary>How the first calls end, one outcome for each call, in the order the calls start. After its end the provider behaves
    /// as its model's name and the other options say.</summary>
    /// <value>Empty.</value>
    /// <exception cref="ArgumentException">The list is null or holds a null.</exception>
    public IReadOnlyList<MockOutcome> Script { get; init => field = Copied(value, nameof(Script)); } = [];

    /// <summary>The share of calls that fail, 0 to 1. Scripted calls and models that always fail are not concerned.</summary>
    /// <value>0.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 0 and 1.</exception>
    public double FailureRate
    {
        get;
        init => field = value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(FailureRate), value, "A failure rate is between 0 (never) and 1 (always).");
    }

    /// <summary>How calls fail by <see cref="FailureRate"/>.</summary>
    /// <value><see cref="LlmErrorKind.ServerError"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of <see cref="LlmErrorKind"/>.</exception>
    public LlmErrorKind FailureKind { get; init => field = MockOutcome.Checked(value); } = LlmErrorKind.ServerError;

    /// <summary>The seed of <see cref="FailureRate"/>: the same seed fails the same calls.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>Whether tokens are reported with the answer, as a vendor does. If not, the router counts them.</summary>
    /// <value><see langword="false"/>; setting <see cref="Usage"/> reports them too.</value>
    public bool ReportUsage { get; init; }

    /// <summary>The tokens to report with every answer.</summary>
    /// <value><see langword="null"/>: if <see cref="ReportUsage"/> is set, the number of words: of messages, instructions and tools, and of
    /// the answer.</value>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public TokenUsage? Usage
    {
        get;
        init => field = value is { PromptTokens: < 0 } or { CompletionTokens: < 0 } or { CachedTokens: < 0 } or { ReasoningTokens: < 0 }
            ? throw new ArgumentOutOfRangeException(nameof(Usage), value, "Numbers of tokens are not negative.")
            : value;
    }

    /// <summary>Function calls to answer with, after the text if <see cref="Reply"/> or <see cref="ReplyFactory"/> gives one.
    /// A request that ends in tool results is answered with text alone, so that a loop of tool calls ends.</summary>
    /// <value>Empty.</value>
    /// <exception cref="ArgumentException">The list is null or holds a null.</exception>
    public IReadOnlyList<FunctionCallContent> ToolCalls { get; init => field = Copied(value, nameof(ToolCalls)); } = [];

    /// <summary>Adjusts what the provider says of itself, such as <c>info => info with { ContextWindow = 4096 }</c>. The name stays, and
    /// the behaviour is that of the model the provider was made with.</summary>
    /// <value><see langword="null"/>: vendor <c>mock</c>, the model's name, and the defaults of <see cref="ProviderInfo"/>.</value>
    public Func<ProviderInfo, ProviderInfo>? Info { get; init; }

    internal static TimeSpan Checked(TimeSpan value, string name) => value >= TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is zero or longer.");

    private static T[] Copied<T>(IReadOnlyList<T> items, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(items, name);
        return items.Contains(null!) ? throw new ArgumentException($"{name} must not hold a null.", name) : [.. items];
    }
}
