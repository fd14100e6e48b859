namespace Orchestrator;

/// <summary>
/// Turns the registered providers into the plan of one call: which may serve it, how available each is now, in which order.
/// </summary>
internal sealed partial class RoutePlanner
{
    // Each view has 24 bytes; a router with more providers makes an array for each plan.
    private const int MostOnStack = 16;

    private readonly CallServices _services;
    private readonly ProviderList _providers;
    private readonly IRoutingStrategy _strategy;
    private readonly Random _random;
    private readonly ProbeCache? _probes;
    private readonly Action<Exception> _onFault;

    public RoutePlanner(CallServices services, ProviderList providers, IRoutingStrategy strategy, Random random, ProbeCache? probes)
    {
        _services = services;
        _providers = providers;
        _strategy = strategy;
        _random = random;
        _probes = probes;
        _onFault = error => Log.StrategyFailed(services.Logger, strategy.GetType().Name, error);
    }

    /// <summary>Makes the plan of a call, or of what is left of it. Never throws here: what fails is thrown by the task.</summary>
    /// <param name="call">The call.</param>
    /// <param name="made">Its attempts so far: none of their providers is asked again.</param>
    /// <param name="started">When the call began.</param>
    /// <param name="hasWaited">Whether it has waited for anything but providers since.</param>
    public ValueTask<RoutePlan> PlanAsync(CallInput call, in MadeAttempts made, long started, bool hasWaited)
    {
        try
        {
            return BeginPlan(call, made, started, hasWaited);
        }
#pragma warning disable CA1031 // Thrown by the task, as by planning that waits.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<RoutePlan>(error);
        }
    }

    private ValueTask<RoutePlan> BeginPlan(CallInput call, in MadeAttempts made, long started, bool hasWaited)
    {
        var slots = _providers.All;
        var options = call.Request.Options;
        if (options is not null)
            slots = Selected(slots, options);
        // A plan made anew, because the list changed after the first failure.
        if (made.Count > 0)
            slots = made.UntriedOf(slots);
        if (slots.Length == 0)
            throw NoProvider();
        if (!Array.TrueForAll(slots, static s => s.Info.Capabilities == ProviderCapabilities.All))
            slots = Capable(slots, call.Request);
        // A plan made anew goes by the time it is then.
        long? at = made.Count == 0 && !hasWaited ? started : null;
        return _probes is null ? new(Plan(call, slots, null, at)) : ProbeAndPlanAsync(_probes, call, slots, started, at);
    }

    private ValueTask<RoutePlan> ProbeAndPlanAsync(ProbeCache probes, CallInput call, RegisteredProvider[] slots, long started, long? at)
    {
        // Asked all at once: the first call waits for the slowest probe, not for their sum. Later ones find every answer there.
        var reachable = new bool[slots.Length];
        Task<bool>[]? waiting = null;
        for (var i = 0; i < slots.Length; i++)
        {
            var answer = probes.GetAsync(slots[i].Provider, started, call.Token);
            if (answer.IsCompletedSuccessfully)
                reachable[i] = answer.Result;
            else
                (waiting ??= new Task<bool>[slots.Length])[i] = answer.AsTask();
            // Removed between plan and question: nothing else would make the cache forget it again.
            if (!slots[i].Lifetime.IsListed)
                probes.Remove(slots[i].Provider);
        }

        return waiting is null ? new(Plan(call, slots, reachable, at)) : WaitAndPlanAsync(call, slots, reachable, waiting, at);
    }

    private async ValueTask<RoutePlan> WaitAndPlanAsync(
        CallInput call, RegisteredProvider[] slots, bool[] reachable, Task<bool>?[] waiting, long? at)
    {
        for (var i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] is { } answer)
                reachable[i] = await answer.ConfigureAwait(false);
        }

        return Plan(call, slots, reachable, at);
    }

    private RoutePlan Plan(CallInput call, RegisteredProvider[] slots, bool[]? reachable, long? at)
    {
        var now = at ?? _services.Clock.Now();
        var views = slots.Length <= MostOnStack ? stackalloc ProviderSnapshot[slots.Length] : new ProviderSnapshot[slots.Length];
        for (var i = 0; i < slots.Length; i++)
        {
            views[i] = slots[i].State.Snapshot(slots[i], now);
            _services.LogChanges(slots[i].State);
        }

        var candidates = AvailableOf(slots, views, reachable);
        var others = candidates.Length < slots.Length ? UnavailableOf(slots, views, now) : null;
        if (candidates.Length == 0 && others is { Trial: null, Full: null, Avoided: null })
            throw AllExcluded(slots, now);
        return new(slots, candidates, others, _strategy, new RankContext(call.Request, call.Sequence, _random), _onFault);
    }

    private static Candidate[] AvailableOf(RegisteredProvider[] slots, ReadOnlySpan<ProviderSnapshot> views, bool[]? reachable)
    {
        var count = 0;
        foreach (ref readonly var view in views)
            count += view.Availability == ProviderAvailability.Available ? 1 : 0;
        var candidates = new Candidate[count];
        for (var (i, at) = (0, 0); at < count; i++)
        {
            if (views[i].Availability == ProviderAvailability.Available)
                candidates[at++] = CandidateOf(slots, i, views[i], reachable is null || reachable[i]);
        }

        return candidates;
    }

    private static Candidate CandidateOf(RegisteredProvider[] slots, int index, in ProviderSnapshot view, bool reachable)
    {
        var slot = slots[index];
        return new Candidate(slot.Info)
        {
            Plan = slots,
            Index = index,
            Options = slot.Options,
            Price = slot.Price,
            InFlight = view.InFlight,
            Health = view.Health,
            TimeToFirstToken = view.TimeToFirstToken,
            IsReachable = reachable,
        };
    }

    private UnavailableProviders UnavailableOf(RegisteredProvider[] slots, ReadOnlySpan<ProviderSnapshot> views, long now)
    {
        RegisteredProvider? trial = null;
        List<RegisteredProvider>? full = null, avoided = null;
        var change = long.MaxValue;
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            switch (views[i].Availability)
            {
                // One trial a call: with three dead providers a call must not wait for all of them.
                case ProviderAvailability.Trial when trial is null:
                    trial = slot;
                    break;
                case ProviderAvailability.Trial or ProviderAvailability.Ejected:
                    (avoided ??= []).Add(slot);
                    break;
                case ProviderAvailability.AtCapacity:
                    (full ??= []).Add(slot);
                    break;
            }

            if (views[i].Availability is ProviderAvailability.Ejected or ProviderAvailability.Excluded)
                change = Math.Min(change, Waits.Later(now, _services.Clock.Stamps(slot.State.Obstacle(now).Left)));
        }

        return new(trial, full, avoided is { Count: > 1 } ? [.. avoided.OrderBy(s => s.State.ErrorRate(now))] : avoided, change);
    }

    private static LlmException NoProvider() =>
        new(LlmErrorKind.NoCandidate, "The router has no provider; add one with AddProvider before routing.");

    private static LlmException AllExcluded(RegisteredProvider[] slots, long now)
    {
        var obstacles = Array.ConvertAll(slots, s => (s.Info.Name, Obstacle: s.State.Obstacle(now)));
        var what = string.Join(
            "; ", obstacles.Select(o => $"{o.Name}: {o.Obstacle.Reason}, {Math.Ceiling(o.Obstacle.Left.TotalSeconds):0} s left"));
        return new LlmException(
            LlmErrorKind.NoCandidate,
            $"Every provider that could serve this call is excluded: {what}. "
            + "Come back after RetryAfter, or replace a provider whose credentials, money or model is the reason.")
        {
            RetryAfter = obstacles.Min(o => o.Obstacle.Left),
        };
    }
}
