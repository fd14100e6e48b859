namespace Orchestrator;

/// <summary>
/// Turns the registered providers into the plan of one call: which may serve it, how available each is now, in which order.
/// </summary>
internal sealed partial class RoutePlanner
{
    private readonly CallServices _services;
    private readonly ProviderList _providers;
    private readonly IRoutingStrategy _strategy;
    private readonly PlanStrategy _order;
    private readonly Random _random;
    private readonly ProbeCache? _probes;

    public RoutePlanner(CallServices services, ProviderList providers, IRoutingStrategy strategy, Random random, ProbeCache? probes)
    {
        _services = services;
        _providers = providers;
        _strategy = strategy;
        _random = random;
        _probes = probes;
        _order = new PlanStrategy(strategy, error => Log.StrategyFailed(services.Logger, strategy.GetType().Name, error));
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
        var providers = _providers.All;
        var options = call.Request.Options;
        if (options is not null)
            providers = Selected(providers, options);
        // A plan made anew, because the list changed after the first failure.
        if (made.Count > 0)
            providers = made.UntriedOf(providers);
        if (providers.Length == 0)
            throw NoProvider();
        if (!Array.TrueForAll(providers, static s => s.Info.Capabilities == ProviderCapabilities.All))
            providers = Capable(providers, call.Request);
        // A plan made anew goes by the time it is then.
        long? at = made.Count == 0 && !hasWaited ? started : null;
        return _probes is null ? new(Plan(call, providers, null, at)) : ProbeAndPlanAsync(_probes, call, providers, started, at);
    }

    private ValueTask<RoutePlan> ProbeAndPlanAsync(
        ProbeCache probes, CallInput call, RegisteredProvider[] providers, long started, long? at)
    {
        // Asked all at once: the first call waits for the slowest probe, not for their sum. Later ones find every answer there.
        var reachable = new bool[providers.Length];
        Task<bool>[]? waiting = null;
        for (var i = 0; i < providers.Length; i++)
        {
            var answer = probes.GetAsync(providers[i].Provider, started, call.Token);
            if (answer.IsCompletedSuccessfully)
                reachable[i] = answer.Result;
            else
                (waiting ??= new Task<bool>[providers.Length])[i] = answer.AsTask();
            // Removed between plan and question: nothing else would make the cache forget it again.
            if (!providers[i].Lifetime.IsListed)
                probes.Remove(providers[i].Provider);
        }

        return waiting is null ? new(Plan(call, providers, reachable, at)) : WaitAndPlanAsync(call, providers, reachable, waiting, at);
    }

    private async ValueTask<RoutePlan> WaitAndPlanAsync(
        CallInput call, RegisteredProvider[] providers, bool[] reachable, Task<bool>?[] waiting, long? at)
    {
        for (var i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] is { } answer)
                reachable[i] = await answer.ConfigureAwait(false);
        }

        return Plan(call, providers, reachable, at);
    }

    private RoutePlan Plan(CallInput call, RegisteredProvider[] providers, bool[]? reachable, long? at)
    {
        var now = at ?? _services.Clock.Now();
        var available = providers;
        var states = StatesOf(ref available, reachable, now, null, out var others);
        if (available.Length == 0 && others is { Trial: null, Full: null, EjectedProviders: null })
        {
            if (EarlyTrial.Of(providers, now) is not { } tried || !tried.State.Trials.TryEndEarly(now))
                throw AllExcluded(providers, now);
            others.Add(tried, ProviderAvailability.Trial, long.MaxValue);
        }

        return new(available, states, others, _order, new RankContext(call.Request, call.Sequence, _random));
    }

    /// <summary>Looks at each provider once.</summary>
    /// <param name="providers">Those that may serve the call; set to those of them that are available.</param>
    /// <param name="reachable">What their probes said; null where they are not asked.</param>
    /// <param name="now">The time.</param>
    /// <param name="views">Where what was seen is kept; null for nowhere.</param>
    /// <param name="others">Those that are not simply available; null for none.</param>
    /// <returns>The states of the available ones.</returns>
    private CandidateState[] StatesOf(
        ref RegisteredProvider[] providers, bool[]? reachable, long now, ProviderSnapshot[]? views, out UnavailableProviders? others)
    {
        others = null;
        var all = providers;
        var states = new CandidateState[all.Length];
        var count = 0;
        for (var i = 0; i < all.Length; i++)
        {
            var registered = all[i];
            var view = registered.State.Snapshot(registered, now);
            if (views is not null)
                views[i] = view;
            if (view.Availability == ProviderAvailability.Excluded && views is null && reachable is not null && !reachable[i])
                registered.State.Trials.ConfirmByProbe(now);
            _services.LogChanges(registered.State);
            if (view.Availability == ProviderAvailability.Available)
            {
                states[count] = new(view.FirstTokenTicks, view.InFlight, view.Health, reachable is null || reachable[i]);
                if (others is not null)
                    providers[count] = registered;
                count++;
                continue;
            }

            if (others is null)
                (others, providers) = (new(), [.. all]);
            others.Add(registered, view.Availability, ChangeOf(registered, view.Availability, now));
        }

        if (others is null)
            return states;
        others.OrderEjected(now);
        Array.Resize(ref providers, count);
        Array.Resize(ref states, count);
        return states;
    }

    /// <summary>When a provider may become available, as a stamp.</summary>
    private long ChangeOf(RegisteredProvider registered, ProviderAvailability availability, long now) =>
        availability is ProviderAvailability.Ejected or ProviderAvailability.Excluded
            ? Waits.Later(now, _services.Clock.Stamps(registered.State.Obstacle(now).Left))
            : long.MaxValue;

    private static LlmException NoProvider() =>
        new(LlmErrorKind.NoCandidate, "The router has no provider; add one with AddProvider before routing.");

    private static LlmException AllExcluded(RegisteredProvider[] providers, long now)
    {
        var obstacles = Array.ConvertAll(providers, s => (s.Info.Name, Obstacle: s.State.Obstacle(now)));
        var what = string.Join("; ", obstacles.Select(o => $"{o.Name}: {o.Obstacle.Reason}{TimeLeft(o.Obstacle.Left)}"));
        var soonest = obstacles.Min(o => o.Obstacle.Left);
        return new LlmException(
            LlmErrorKind.NoCandidate,
            $"Every provider that could serve this call is excluded: {what}. "
            + "Come back after RetryAfter, or replace a provider whose credentials, money or model is the reason.")
        {
            RetryAfter = soonest == TimeSpan.MaxValue ? null : soonest,
        };

        static string TimeLeft(TimeSpan left) => left == TimeSpan.MaxValue ? "" : $", {Math.Ceiling(left.TotalSeconds):0} s left";
    }
}
