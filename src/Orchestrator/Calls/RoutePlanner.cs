namespace Orchestrator;

/// <summary>Turns the registered providers into the plan of one call: who may serve it, how each stands now, in which order.</summary>
internal sealed partial class RoutePlanner
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
            throw NoProvider();
        if (!Array.TrueForAll(slots, static s => s.Info.Capabilities == ProviderCapabilities.All))
            slots = Capable(slots, call.Request);
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

    private RoutePlan Plan(RouteCall call, ProviderSlot[] slots, bool[]? reachable)
    {
        // A plan made anew goes by the time it is then.
        var now = call.AttemptCount == 0 && !call.HasWaited ? call.Started : _context.Now();
        var candidates = new Candidate[slots.Length];
        var odd = false;
        for (var i = 0; i < slots.Length; i++)
        {
            candidates[i] = slots[i].State.Snapshot(slots[i], now, reachable is null || reachable[i]);
            odd |= candidates[i].Standing != Standing.Available;
            slots[i].State.TellNews(_context);
        }

        var others = OddProviders.None;
        if (odd)
        {
            others = OddOf(candidates, now);
            candidates = Array.FindAll(candidates, static c => c.Standing == Standing.Available);
            if (candidates.Length == 0 && others is { Trial: null, Full: null, Avoided: null })
                throw AllExcluded(slots, now);
        }

        return new RoutePlan(candidates, others, _strategy, new RankContext(call.Request, call.Sequence, _random), _onFault);
    }

    private OddProviders OddOf(Candidate[] candidates, long now)
    {
        ProviderSlot? trial = null;
        List<ProviderSlot>? full = null, avoided = null;
        var change = long.MaxValue;
        foreach (var candidate in candidates)
        {
            var slot = candidate.Slot!;
            switch (candidate.Standing)
            {
                // One trial a call: whoever has three dead providers must not wait for all of them.
                case Standing.TrialDue when trial is null:
                    trial = slot;
                    break;
                case Standing.TrialDue or Standing.Avoided:
                    (avoided ??= []).Add(slot);
                    break;
                case Standing.Full:
                    (full ??= []).Add(slot);
                    break;
            }

            if (candidate.Standing is Standing.Avoided or Standing.Excluded)
                change = Math.Min(change, Waits.Later(now, _context.Stamps(slot.State.Obstacle(now).Left)));
        }

        return new(trial, full, avoided is { Count: > 1 } ? [.. avoided.OrderBy(s => s.State.ErrorRate(now))] : avoided, change);
    }

    private static LlmException NoProvider() =>
        new(LlmErrorKind.NoCandidate, "The router has no provider; add one with AddProvider before routing.");

    private static LlmException AllExcluded(ProviderSlot[] slots, long now)
    {
        var obstacles = Array.ConvertAll(slots, s => (s.Info.Name, Obstacle: s.State.Obstacle(now)));
        var what = string.Join("; ", obstacles.Select(o => $"{o.Name}: {o.Obstacle.Reason}, {Math.Ceiling(o.Obstacle.Left.TotalSeconds):0} s left"));
        return new LlmException(
            LlmErrorKind.NoCandidate,
            $"Every provider that could serve this call is left out for now: {what}. Come back after RetryAfter, or replace a provider whose credentials, money or model is the reason.")
        {
            RetryAfter = obstacles.Min(o => o.Obstacle.Left),
        };
    }
}
