namespace Orchestrator;

/// <summary>The sum of the totals of several models, as <see cref="ProviderMetrics"/> shows it.</summary>
internal sealed class TotalsSum
{
    private readonly long[] _outcomes = new long[4];
    private readonly long[] _errors = new long[ModelTotals.ErrorKinds];
    private long _prompt, _completion, _unpriced, _ticks, _firstTicks, _firsts;
    private decimal _cost;

    public ReadOnlySpan<long> Errors => _errors;

    public void Add(ModelTotals totals, int sign)
    {
        for (var i = 0; i < _errors.Length; i++)
            _errors[i] += sign * totals.Errors[i];
        for (var i = 0; i < _outcomes.Length; i++)
            _outcomes[i] += sign * totals.Outcomes[i];
        _prompt += sign * totals.PromptTokens;
        _completion += sign * totals.CompletionTokens;
        _unpriced += sign * totals.Unpriced;
        _ticks += sign * totals.DurationTicks;
        _firstTicks += sign * totals.FirstTokenTicks;
        _firsts += sign * totals.FirstTokens;
        _cost += sign * totals.Cost;
    }

    public void Add(TotalsSum other)
    {
        for (var i = 0; i < _errors.Length; i++)
            _errors[i] += other._errors[i];
        for (var i = 0; i < _outcomes.Length; i++)
            _outcomes[i] += other._outcomes[i];
        _prompt += other._prompt;
        _completion += other._completion;
        _unpriced += other._unpriced;
        _ticks += other._ticks;
        _firstTicks += other._firstTicks;
        _firsts += other._firsts;
        _cost += other._cost;
    }

    public ProviderMetrics In(ProviderMetrics metrics)
    {
        var sums = metrics with
        {
            SuccessfulRequests = _outcomes[(int)AttemptOutcome.Succeeded],
            FailedRequests = _outcomes[(int)AttemptOutcome.Failed],
            CancelledRequests = _outcomes[(int)AttemptOutcome.Cancelled],
            AbandonedRequests = _outcomes[(int)AttemptOutcome.Abandoned],
            TotalPromptTokens = _prompt,
            TotalCompletionTokens = _completion,
            TotalCost = _cost,
            UnpricedRequests = _unpriced,
            TimeToFirstToken = _firsts == 0 ? null : TimeSpan.FromTicks(_firstTicks / _firsts),
        };
        return sums with { AverageLatency = sums.TotalRequests == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(_ticks / sums.TotalRequests) };
    }
}
