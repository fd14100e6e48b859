namespace Orchestrator;

/// <summary>Everything ever counted for one provider name and one model. Guarded by the lock of its <see cref="ProviderState"/>.</summary>
internal sealed partial class ModelTotals(string provider, string model, string currency)
{
    public static int ErrorKinds { get; } = Enum.GetValues<LlmErrorKind>().Length;

    public string Provider { get; } = provider;

    public string Model { get; } = model;

    public string Currency { get; } = currency;

    /// <summary>The registrations in the list and the attempts that run: while there are any, the totals may still change.</summary>
    public int Users { get; set; }

    public long[] Outcomes { get; } = new long[4];

    public long[] Errors { get; } = new long[ErrorKinds];

    public long PromptTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public decimal Cost { get; private set; }

    public long Unpriced { get; private set; }

    public long DurationTicks { get; private set; }

    public long FirstTokenTicks { get; private set; }

    public long FirstTokens { get; private set; }

    public BucketCounts Latency { get; } = new(Buckets.Latency);

    public BucketCounts FirstToken { get; } = new(Buckets.Latency);

    public void Add(LlmAttempt attempt)
    {
        Outcomes[(int)attempt.Outcome]++;
        if (attempt.Error is { } error)
            Errors[(int)error.Kind]++;
        PromptTokens += attempt.Usage.PromptTokens;
        CompletionTokens += attempt.Usage.CompletionTokens;
        if (attempt.Cost is { } cost)
        {
            if (cost != 0)
                Cost += cost;
        }
        else if (attempt.Usage.TotalTokens > 0)
        {
            Unpriced++;
        }

        DurationTicks += attempt.Duration.Ticks;
        Latency.Add(attempt.Duration.TotalSeconds);
        if (attempt.TimeToFirstToken is { } first)
        {
            FirstTokenTicks += first.Ticks;
            FirstTokens++;
            FirstToken.Add(first.TotalSeconds);
        }
    }
}
