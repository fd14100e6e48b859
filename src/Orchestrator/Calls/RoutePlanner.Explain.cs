namespace Orchestrator;

/// <summary>Builds a <see cref="RouteExplanation"/> without sending anything.</summary>
internal sealed partial class RoutePlanner
{
    public RouteExplanation Explain(LlmRequest request)
    {
        var all = _providers.All;
        var explanation = new RouteExplanation { Strategy = _strategy.Name };
        CallBinding binding;
        RegisteredProvider[] able;
        try
        {
            if (all.Length == 0)
                throw NoProvider();
            binding = _bound.Of(all, request);
            able = Capable(binding.Providers, request);
        }
        catch (LlmException error)
        {
            return explanation with { Excluded = [.. all.Select(s => Unfit(s, request))], Problem = error.Message };
        }

        var now = _services.Clock.Now();
        var views = new ProviderSnapshot[able.Length];
        bool IsReachable(RegisteredProvider registered) => _probes?.Last(registered.Provider) ?? true;
        var available = able;
        var byFirstToken = IsByFirstToken(able, request.Streaming);
        var states = StatesOf(ref available, Array.ConvertAll(able, IsReachable), now, byFirstToken, views, out var unavailable);
        if (available.Length == 0 && EarlyTrialOf(able, unavailable, now) is { } tried)
        {
            unavailable!.Add(tried, ProviderAvailability.Trial, long.MaxValue);
            ref var view = ref views[Array.IndexOf(able, tried)];
            view = view with { Availability = ProviderAvailability.Trial };
        }

        var context = ContextOf(request, _providers.Turns.PeekOf(all, able), able.Length);
        using var plan = new RoutePlan(available, states, unavailable, _strategy, context, FirstIn(available, binding.First));
        var order = new List<RegisteredProvider>();
        while (plan.Next() is { } registered)
            order.Add(registered);
        if (available.Length == 0)
            order.AddRange(unavailable?.Full ?? []);
        order.AddRange(unavailable?.EjectedProviders ?? []);
        foreach (var registered in all)
            _services.LogChanges(registered.State);
        return explanation with
        {
            Candidates = order.ConvertAll(s => CandidateOf(s, views[Array.IndexOf(able, s)], IsReachable(s))),
            Excluded = [.. all.Where(s => !order.Contains(s)).Select(s => ExclusionOf(s, request, able, views, now))],
            Problem = order.Count == 0 ? CallErrors.AllExcluded(able, now).Message : null,
        };
    }

    private static ExplainedCandidate CandidateOf(RegisteredProvider registered, in ProviderSnapshot view, bool isReachable) => new()
    {
        Provider = registered.Info.Name,
        Model = registered.Info.Model,
        Availability = view.Availability,
        Health = view.Health,
        IsReachable = isReachable,
        InFlight = view.InFlight,
        TimeToFirstToken = view.TimeToFirstToken,
        PromptPricePer1K = registered.Price?.PromptPer1K,
    };

    private static ExplainedExclusion ExclusionOf(
        RegisteredProvider registered, LlmRequest request, RegisteredProvider[] able, ProviderSnapshot[] views, long now)
    {
        var index = Array.IndexOf(able, registered);
        if (index < 0)
            return Unfit(registered, request);
        if (views[index].Availability == ProviderAvailability.AtCapacity)
            return Excluded(registered, ExclusionReason.AtCapacity, $"{registered.MaxConcurrency} running");
        var (reason, left) = registered.State.Obstacle(now);
        return reason == ExclusionReason.None
            ? Excluded(registered, ExclusionReason.NotRanked)
            : Excluded(registered, reason) with { EndsIn = left == TimeSpan.MaxValue ? null : left };
    }

    private static ExplainedExclusion Unfit(RegisteredProvider registered, LlmRequest request)
    {
        if (request.Options is { ModelId: { } wanted } && !BoundCalls.IsNamed(registered, wanted))
            return Excluded(registered, ExclusionReason.NotSelected);
        var lacking = RequestNeeds.Of(request) & ~registered.Info.Capabilities;
        return lacking != ProviderCapabilities.None
            ? Excluded(registered, ExclusionReason.MissingCapability, $"lacks {lacking}")
            : Excluded(registered, ExclusionReason.NotSelected);
    }

    private static ExplainedExclusion Excluded(RegisteredProvider registered, ExclusionReason reason, string? detail = null) =>
        new() { Provider = registered.Info.Name, Model = registered.Info.Model, Reason = reason, Detail = detail };
}
