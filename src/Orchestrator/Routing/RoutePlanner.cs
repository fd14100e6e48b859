using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Turns the registered providers into the plan of one call: who may serve it, how each stands now, in which order.</summary>
internal sealed class RoutePlanner
{
    private readonly RouterContext _context;
    private readonly ProviderList _providers;
    private readonly IRoutingStrategy _strategy;
    private readonly Random _random;
    private readonly ProbeCache? _probes;
    private readonly Action<Exception> _onFault;

    public RoutePlanner(RouterContext context, ProviderList providers, IRoutingStrategy strategy, Random random, ProbeCache? probes)
    {
        _context = context;
        _providers = providers;
        _strategy = strategy;
        _random = random;
        _probes = probes;
        _onFault = error => RouterContext.Guard(() => Log.StrategyFailed(context.Logger, strategy.GetType().Name, error));
    }

    public ValueTask<RoutePlan> PlanAsync(RouteCall call)
    {
        var slots = _providers.Slots;
        var options = call.Request.Options;
        if (options is not null)
            slots = Selected(slots, options);
        // A plan made anew, because the list changed after the first failure.
        if (call.AttemptCount > 0)
            slots = Untried(slots, call);
        if (slots.Length == 0)
            throw new LlmException(LlmErrorKind.NoCandidate, "The router has no provider; add one with AddProvider before routing.");
        return _probes is null ? new(Plan(call, slots, null)) : ProbeAndPlanAsync(_probes, call, slots);
    }

    // Methods of their own where something is captured: in the one that every call goes through it would be allocated on every call.
    private static ProviderSlot[] Untried(ProviderSlot[] slots, RouteCall call) => Array.FindAll(slots, s => !call.WasTried(s));

    private ValueTask<RoutePlan> ProbeAndPlanAsync(ProbeCache probes, RouteCall call, ProviderSlot[] slots)
    {
        // Asked all at once: the first call waits for the slowest probe, not for their sum. Later ones find every answer there.
        var reachable = new bool[slots.Length];
        Task<bool>[]? waiting = null;
        for (var i = 0; i < slots.Length; i++)
        {
            var answer = probes.GetAsync(slots[i].Provider, call.Started, call.Token);
            if (answer.IsCompletedSuccessfully)
                reachable[i] = answer.Result;
            else
                (waiting ??= new Task<bool>[slots.Length])[i] = answer.AsTask();
            // Removed between plan and question: nobody else would make the cache forget it again.
            if (!slots[i].Lease.IsListed)
                probes.Remove(slots[i].Provider);
        }

        return waiting is null ? new(Plan(call, slots, reachable)) : WaitAndPlanAsync(call, slots, reachable, waiting);
    }

    private async ValueTask<RoutePlan> WaitAndPlanAsync(RouteCall call, ProviderSlot[] slots, bool[] reachable, Task<bool>?[] waiting)
    {
        for (var i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] is { } answer)
                reachable[i] = await answer.ConfigureAwait(false);
        }

        return Plan(call, slots, reachable);
    }

    private static ProviderSlot[] Selected(ProviderSlot[] slots, ChatOptions options)
    {
        if (options.ModelId is { } wanted)
        {
            var all = slots;
            slots = Array.FindAll(slots, s => s.Info.Name == wanted || s.Info.Model == wanted || s.Options.Aliases.Contains(wanted));
            if (slots.Length == 0 && all.Length > 0)
            {
                var known = string.Join(", ", all.Select(s => $"{s.Info.Name} ({s.Info.Model})"));
                throw new LlmException(
                    LlmErrorKind.InvalidRequest,
                    $"ChatOptions.ModelId asks for '{wanted}', which is no provider's name, model or alias; there are: {known}.");
            }
        }

        if (slots.Length > 1 && BoundTo(options) is { } bound)
        {
            throw new LlmException(
                LlmErrorKind.InvalidRequest,
                $"ChatOptions.{bound} belongs to one vendor's server, but {slots.Length} providers could serve this call; name one with ChatOptions.ModelId.");
        }

        return slots;
    }

    private static string? BoundTo(ChatOptions options) =>
        options.ConversationId is not null ? nameof(options.ConversationId)
        : options.ContinuationToken is not null ? nameof(options.ContinuationToken)
        : options.AllowBackgroundResponses is true ? nameof(options.AllowBackgroundResponses)
        : null;

    private RoutePlan Plan(RouteCall call, ProviderSlot[] slots, bool[]? reachable)
    {
        var now = call.Started;
        var candidates = new Candidate[slots.Length];
        var bad = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            candidates[i] = slots[i].State.Snapshot(slots[i], now, reachable is null || reachable[i]);
            if (candidates[i].Health == ProviderHealth.Unhealthy)
                bad++;
        }

        Candidate[] avoided = [];
        if (bad > 0)
        {
            avoided = LeastBadFirst(Array.FindAll(candidates, static c => c.Health == ProviderHealth.Unhealthy), now);
            candidates = Array.FindAll(candidates, static c => c.Health != ProviderHealth.Unhealthy);
        }

        return new RoutePlan(candidates, avoided, _strategy, new RankContext(call.Request, call.Sequence, _random), _onFault);
    }

    private static Candidate[] LeastBadFirst(Candidate[] candidates, long now) => [.. candidates.OrderBy(c => c.Slot!.State.ErrorRate(now))];
}
