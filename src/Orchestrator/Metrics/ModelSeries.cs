namespace Orchestrator;

/// <summary>The exported series of one model of a provider.</summary>
internal sealed class ModelSeries : ShownSeries
{
    private readonly (string Provider, string Model, string Currency) _labels;
    private readonly ShownCounter[] _outcomes;
    private readonly ShownCounter _prompt, _completion, _cost, _unpriced;
    private readonly ShownHistogram _latency, _firstToken;

    public ModelSeries(MetricFamilies families, ModelTotals totals, bool shared)
    {
        var (provider, model, currency) = _labels = (totals.Provider, totals.Model, totals.Currency);
        _outcomes = Array.ConvertAll(
            MetricLabels.Outcomes, label => new ShownCounter(families.Requests.WithLabels(provider, model, label), shared));
        _prompt = new(families.Tokens.WithLabels(provider, model, "prompt"), shared);
        _completion = new(families.Tokens.WithLabels(provider, model, "completion"), shared);
        _cost = new(families.Cost.WithLabels(provider, model, currency), shared);
        _unpriced = new(families.Unpriced.WithLabels(provider, model), shared);
        var (latency, firstToken) = (families.Latency.WithLabels(provider, model), families.FirstToken.WithLabels(provider, model));
        _latency = new(() => latency);
        _firstToken = new(() => firstToken);
    }

    public void Set(ModelTotals totals)
    {
        for (var i = 0; i < _outcomes.Length; i++)
            _outcomes[i].Set(totals.Outcomes[i]);
        _prompt.Set(totals.PromptTokens);
        _completion.Set(totals.CompletionTokens);
        _cost.Set((double)totals.Cost);
        _unpriced.Set(totals.Unpriced);
        _latency.Set(totals.Latency);
        _firstToken.Set(totals.FirstToken);
    }

    public override void RemoveFrom(MetricFamilies families)
    {
        var (provider, model, currency) = _labels;
        foreach (var label in MetricLabels.Outcomes)
            families.Requests.RemoveLabelled(provider, model, label);
        families.Tokens.RemoveLabelled(provider, model, "prompt");
        families.Tokens.RemoveLabelled(provider, model, "completion");
        families.Cost.RemoveLabelled(provider, model, currency);
        families.Unpriced.RemoveLabelled(provider, model);
        families.Latency.RemoveLabelled(provider, model);
        families.FirstToken.RemoveLabelled(provider, model);
    }
}
