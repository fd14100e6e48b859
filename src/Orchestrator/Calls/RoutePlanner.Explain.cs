namespace Orchestrator;

/// <summary>The plan of a call that is not made, told.</summary>
internal sealed partial class RoutePlanner
{
    public RouteExplanation Explain(LlmRequest request, long sequence)
    {
        var all = _providers.Slots;
        var told = new RouteExplanation { Strategy = NameOf(_strategy) };
        ProviderSlot[] selected, able;
        try
        {
            if (all.Length == 0)
                throw NoProvider();
            selected = request.Options is { } options ? Selected(all, options) : all;
            able = Capable(selected, request);
        }
        catch (LlmException error)
        {
            return told with { Excluded = [.. all.Select(s => Unfit(s, request))], Problem = error.Message };
        }

        var now = _context.Now();
        var standing = Array.ConvertAll(able, s => s.State.Snapshot(s, now, _probes?.Last(s.Provider) ?? true));
        var candidates = Array.FindAll(standing, c => c.Standing == Standing.Available);
        var odd = OddOf(standing, now);
        using var plan = new RoutePlan(candidates, odd, _strategy, new RankContext(request, sequence, _random), _onFault);
        var order = new List<ProviderSlot>();
        while (plan.Next() is { } slot)
            order.Add(slot);
        if (candidates.Length == 0)
            order.AddRange(odd.Full ?? []);
        order.AddRange(odd.Avoided ?? []);
        foreach (var slot in all)
            slot.State.TellNews(_context);
        return told with
        {
            Candidates = order.ConvertAll(s => Told(Array.Find(standing, c => c.Slot == s))),
            Excluded = [.. all.Where(s => !order.Contains(s)).Select(s => Told(s, request, able, standing, now))],
            Problem = order.Count == 0 ? AllExcluded(able, now).Message : null,
        };
    }

    private static ExplainedCandidate Told(Candidate candidate) => new()
    {
        Provider = candidate.Info.Name,
        Model = candidate.Info.Model,
        Standing = candidate.Standing switch
        {
            Standing.TrialDue => CandidateStanding.Trial,
            Standing.Full => CandidateStanding.Full,
            Standing.Avoided => CandidateStanding.Avoided,
            _ => CandidateStanding.Available,
        },
        Health = candidate.Health,
        IsReachable = candidate.IsReachable,
        InFlight = candidate.InFlight,
        TimeToFirstToken = candidate.TimeToFirstToken,
        PromptPricePer1K = candidate.Price?.PromptPer1K,
    };

    private static ExplainedExclusion Told(ProviderSlot slot, LlmRequest request, ProviderSlot[] able, Candidate[] standing, long now)
    {
        if (!able.Contains(slot))
            return Unfit(slot, request);
        if (Array.Find(standing, c => c.Slot == slot).Standing == Standing.Full)
            return Excluded(slot, ExclusionReason.AtCapacity, $"{slot.MaxConcurrency} running");
        var (reason, left) = slot.State.Obstacle(now);
        return reason == ExclusionReason.None ? Excluded(slot, ExclusionReason.NotRanked) : Excluded(slot, reason) with { EndsIn = left };
    }

    private static ExplainedExclusion Unfit(ProviderSlot slot, LlmRequest request)
    {
        if (request.Options is { ModelId: { } wanted } && !IsNamed(slot, wanted))
            return Excluded(slot, ExclusionReason.NotSelected);
        var lacking = RequestNeeds.Of(request) & ~slot.Info.Capabilities;
        return lacking != ProviderCapabilities.None
            ? Excluded(slot, ExclusionReason.MissingCapability, $"lacks {lacking}")
            : Excluded(slot, ExclusionReason.NotSelected);
    }

    private static ExplainedExclusion Excluded(ProviderSlot slot, ExclusionReason reason, string? detail = null) =>
        new() { Provider = slot.Info.Name, Model = slot.Info.Model, Reason = reason, Detail = detail };

    private static string NameOf(IRoutingStrategy strategy) => RoutingStrategies.NameOf(strategy) ?? strategy.GetType().Name;
}
