namespace Orchestrator;

/// <summary>
/// The totals of a provider name's models that are not in use any more, packed: a model that changes with every deployment must not cost a kilobyte
/// each time. What is asked for all of them at once is kept as one sum. Guarded by the lock of its <see cref="ProviderState"/>.
/// </summary>
internal sealed class LeftModels(string provider, string currency)
{
    private readonly Dictionary<string, byte[]> _packed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);

    public int Count => _packed.Count;

    /// <summary>By model: the totals, and whether the exporter has them.</summary>
    public IEnumerable<(string Model, byte[] Packed, bool Seen)> Packed => _packed.Select(p => (p.Key, p.Value, !_unseen.Contains(p.Key)));

    public Sums Total { get; } = new();

    public void Add(ModelTotals totals) => Add(totals.Model, Pack(totals), seen: false);

    public void Add(string model, byte[] packed, bool seen)
    {
        _packed.Add(model, packed);
        if (!seen)
            _unseen.Add(model);
        Total.Add(Unpack(model, packed), 1);
    }

    /// <summary>Gives a model back that is used again, or null.</summary>
    public ModelTotals? Take(string model)
    {
        if (!_packed.Remove(model, out var packed))
            return null;
        _unseen.Remove(model);
        var totals = Unpack(model, packed);
        Total.Add(totals, -1);
        return totals;
    }

    /// <summary>Shows those that came since the last time.</summary>
    public void Visit(Action<ModelTotals> visit)
    {
        foreach (var model in _unseen)
            visit(Unpack(model, _packed[model]));
        _unseen.Clear();
    }

    private static byte[] Pack(ModelTotals totals)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        totals.Save(writer);
        return bytes.ToArray();
    }

    private ModelTotals Unpack(string model, byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        var totals = new ModelTotals(provider, model, currency);
        totals.Load(reader);
        return totals;
    }

    /// <summary>What <see cref="ProviderMetrics"/> shows of several models together.</summary>
    internal sealed class Sums
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

        public void Add(Sums other)
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
}
