namespace Orchestrator.Soak;

/// <summary>Sums over attempts and calls as the soak saw them. One per worker, added up when the workers rest.</summary>
internal sealed class Tally
{
    private readonly Dictionary<string, Sums> _byName = new(StringComparer.Ordinal);

    public long[] Calls { get; } = new long[4];

    public long Attempts => _byName.Values.Sum(s => s.Outcomes.Sum());

    public long[] Roles { get; } = new long[5];

    /// <summary>Attempts that the budget must have paid for: retries, and failovers while all were down.</summary>
    public long Paid { get; private set; }

    public long PaidInOutage { get; private set; }

    public IReadOnlyDictionary<string, Sums> ByName => _byName;

    public void Add(SoakCall call, AttemptOutcome outcome)
    {
        Calls[(int)outcome]++;
        foreach (var attempt in call.Told)
        {
            Of(attempt.Provider.Name).Add(attempt);
            Roles[(int)attempt.Role]++;
            var whileDown = call.BeganInOutage && attempt is { Number: > 1, Role: AttemptRole.Failover or AttemptRole.Retry };
            Paid += whileDown || attempt.Role == AttemptRole.Retry ? 1 : 0;
            PaidInOutage += whileDown ? 1 : 0;
        }
    }

    public void Add(Tally other)
    {
        for (var i = 0; i < Calls.Length; i++)
            Calls[i] += other.Calls[i];
        for (var i = 0; i < Roles.Length; i++)
            Roles[i] += other.Roles[i];
        Paid += other.Paid;
        PaidInOutage += other.PaidInOutage;
        foreach (var (name, sums) in other._byName)
            Of(name).Add(sums);
    }

    private Sums Of(string name)
    {
        if (!_byName.TryGetValue(name, out var sums))
            _byName.Add(name, sums = new Sums());
        return sums;
    }

    /// <summary>The sums of one provider name.</summary>
    internal sealed class Sums
    {
        public long[] Outcomes { get; } = new long[4];

        public long Prompt { get; private set; }

        public long Completion { get; private set; }

        public decimal Cost { get; private set; }

        public void Add(LlmAttempt attempt)
        {
            Outcomes[(int)attempt.Outcome]++;
            Prompt += attempt.Usage.PromptTokens;
            Completion += attempt.Usage.CompletionTokens;
            Cost += SoakPrices.CostOf(attempt) ?? 0;
        }

        public void Add(Sums other)
        {
            for (var i = 0; i < Outcomes.Length; i++)
                Outcomes[i] += other.Outcomes[i];
            Prompt += other.Prompt;
            Completion += other.Completion;
            Cost += other.Cost;
        }
    }
}
