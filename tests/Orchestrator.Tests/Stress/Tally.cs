namespace Orchestrator.Tests.Stress;

/// <summary>Sums over attempts and calls, made by the test from what it saw. One per worker, added up in the end.</summary>
internal sealed class Tally
{
    private readonly Dictionary<(string Provider, string Model), ModelTally> _models = [];

    public long[] Calls { get; } = new long[4];

    public long Failovers { get; private set; }

    public long Retries { get; private set; }

    public long Trials { get; private set; }

    public long Waits { get; private set; }

    /// <summary>Calls that no provider could serve: all were left out.</summary>
    public long NoCandidates { get; private set; }

    public IEnumerable<KeyValuePair<(string Provider, string Model), ModelTally>> Models => _models;

    public void Add(StressCall call, AttemptOutcome outcome, Func<LlmAttempt, decimal?> price)
    {
        Calls[(int)outcome]++;
        Retries += call.Told.Count(a => a.Role == AttemptRole.Retry);
        Failovers += call.Told.Count(a => a.Number > 1 && a.Role != AttemptRole.Retry);
        Trials += call.Told.Count(a => a.Role == AttemptRole.Trial);
        Waits += call.Told.Count(a => a.QueueTime > TimeSpan.Zero);
        NoCandidates += call is { Told.Count: 0, Error: LlmException { Kind: LlmErrorKind.NoCandidate } } ? 1 : 0;
        foreach (var attempt in call.Told)
            Of((attempt.Provider.Name, attempt.Provider.Model)).Add(attempt, price(attempt));
    }

    public void Add(Tally other)
    {
        for (var i = 0; i < Calls.Length; i++)
            Calls[i] += other.Calls[i];
        Failovers += other.Failovers;
        Retries += other.Retries;
        Trials += other.Trials;
        Waits += other.Waits;
        NoCandidates += other.NoCandidates;
        foreach (var (key, model) in other._models)
            Of(key).Add(model);
    }

    private ModelTally Of((string Provider, string Model) key)
    {
        if (!_models.TryGetValue(key, out var model))
            _models.Add(key, model = new ModelTally());
        return model;
    }
}

/// <summary>The sums of one provider name and model.</summary>
internal sealed class ModelTally
{
    public long[] Outcomes { get; } = new long[4];

    public Dictionary<LlmErrorKind, long> Errors { get; } = [];

    public long Attempts => Outcomes.Sum();

    public long Prompt { get; private set; }

    public long Completion { get; private set; }

    public decimal Cost { get; private set; }

    public long Unpriced { get; private set; }

    public long FirstTokens { get; private set; }

    public void Add(LlmAttempt attempt, decimal? cost)
    {
        Outcomes[(int)attempt.Outcome]++;
        if (attempt.Error is { } error)
            Errors[error.Kind] = Errors.GetValueOrDefault(error.Kind) + 1;
        Prompt += attempt.Usage.PromptTokens;
        Completion += attempt.Usage.CompletionTokens;
        Cost += cost ?? 0;
        Unpriced += cost is null && attempt.Usage.TotalTokens > 0 ? 1 : 0;
        FirstTokens += attempt.TimeToFirstToken is null ? 0 : 1;
    }

    public void Add(ModelTally other)
    {
        for (var i = 0; i < Outcomes.Length; i++)
            Outcomes[i] += other.Outcomes[i];
        foreach (var (kind, count) in other.Errors)
            Errors[kind] = Errors.GetValueOrDefault(kind) + count;
        Prompt += other.Prompt;
        Completion += other.Completion;
        Cost += other.Cost;
        Unpriced += other.Unpriced;
        FirstTokens += other.FirstTokens;
    }
}
