namespace Orchestrator;

/// <summary>
/// Turns the registered providers into the plan of one call: which may serve it, how available each is now, in which order.
/// </summary>
internal sealed partial class RoutePlanner
{
    private readonly CallServices _services;
    private readonly ProviderList _providers;
    private readonly PlanStrategy _strategy;
    private readonly BoundCalls _bound;
    private readonly Random _random;
    private readonly ProbeCache? _probes;

    public RoutePlanner(CallServices services, ProviderList providers, IRoutingStrategy strategy, Random random, ProbeCache? probes)
    {
        _services = services;
        _providers = providers;
        _random = random;
        _probes = probes;
        _bound = new BoundCalls(services.HandedOut);
        _strategy = new PlanStrategy(strategy, error => Log.StrategyFailed(services.Logger, strategy.GetType().Name, error));
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

    /// <summary>The list of providers as it is now.</summary>
    public RegisteredProvider[] Listed => _providers.All;

    /// <inheritdoc cref="ProviderList.NextChange"/>
    public Task<bool> NextChange => _providers.NextChange;

    /// <summary>The listed providers that could serve a call, whatever their health.</summary>
    public RegisteredProvider[] CandidatesOf(CallInput call)
    {
        try
        {
            return BindingOf(_providers.All, call).Providers;
        }
        catch (LlmException)
        {
            // The list has changed, and has none that could serve the call.
            return [];
        }
    }

    private CallBinding BindingOf(RegisteredProvider[] all, CallInput call)
    {
        var binding = _bound.Of(all, call.Request);
        if (binding.Providers.Length == 0)
            throw NoProvider();
        return Array.TrueForAll(binding.Providers, static s => s.Info.Capabilities == ProviderCapabilities.All)
            ? binding
            : binding with { Providers = Capable(binding.Providers, call.Request) };
    }

    private ValueTask<RoutePlan> BeginPlan(CallInput call, in MadeAttempts made, long started, bool hasWaited)
    {
        var all = _providers.All;
        if (_probes is null && made.Count == 0 && _bound.IsFree(call.Request)
            && _providers.Turns.WholeOf(all) is { AreAllCapable: true, All.Length: > 0 } whole)
            return new(PlanFree(call, whole, hasWaited ? _services.Clock.Now() : started));
        var binding = BindingOf(all, call);
        var set = binding.Providers;
        // A plan made anew, because the list changed after the first failure.
        var providers = made.Count > 0 ? made.UntriedOf(set) : set;
        // A plan made anew goes by the time it is then.
        long? at = made.Count == 0 && !hasWaited ? started : null;
        var input = new PlanInput(call, binding with { Providers = providers }, new(_providers.Turns, all, set), made.Count == 0, at);
        return _probes is null ? new(Plan(input, null)) : ProbeAndPlanAsync(_probes, input, started);
    }

    /// <summary>The plan of nearly every call: nothing binds it, and any provider could serve it.</summary>
    private RoutePlan PlanFree(CallInput call, Turns.Whole whole, long now)
    {
        var available = whole.All;
        var byFirstToken = call.Live || call.Request.Streaming || whole.PreferStreaming;
        var states = StatesOf(ref available, null, now, byFirstToken, null, out var others);
        if (available.Length == 0)
            AddEarlyTrial(whole.All, others, now);
        var context = ContextOf(call.Request, call.Turn ?? call.TakeTurn(whole.Count), whole.All.Length);
        return new(available, states, others, _strategy, context);
    }

    private static void AddEarlyTrial(RegisteredProvider[] providers, UnavailableProviders? others, long now)
    {
        if (EarlyTrialOf(providers, others, now) is { } tried && tried.State.Trials.TryEndEarly(now))
            others!.Add(tried, ProviderAvailability.Trial, long.MaxValue);
    }

    private static RegisteredProvider? EarlyTrialOf(RegisteredProvider[] providers, UnavailableProviders? others, long now) =>
        others is { Trial: null, Full: null, EjectedProviders: null } ? EarlyTrial.Of(providers, now) : null;

    private ValueTask<RoutePlan> ProbeAndPlanAsync(ProbeCache probes, PlanInput input, long started)
    {
        // Asked all at once: the first call waits for the slowest probe, not for their sum. Later ones find every answer there.
        var providers = input.Binding.Providers;
        var reachable = new bool[providers.Length];
        Task<bool>[]? waiting = null;
        for (var i = 0; i < providers.Length; i++)
        {
            var answer = probes.GetAsync(providers[i].Provider, started, input.Call.Token);
            if (answer.IsCompletedSuccessfully)
                reachable[i] = answer.Result;
            else
                (waiting ??= new Task<bool>[providers.Length])[i] = answer.AsTask();
            // Removed between plan and question: nothing else would make the cache forget it again.
            if (!providers[i].Lifetime.IsListed)
                probes.Remove(providers[i].Provider);
        }

        return waiting is null ? new(Plan(input, reachable)) : WaitAndPlanAsync(input, reachable, waiting);
    }

    private async ValueTask<RoutePlan> WaitAndPlanAsync(PlanInput input, bool[] reachable, Task<bool>?[] waiting)
    {
        for (var i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] is { } answer)
                reachable[i] = await answer.ConfigureAwait(false);
        }

        return Plan(input, reachable);
    }

    private RoutePlan Plan(in PlanInput input, bool[]? reachable)
    {
        var (call, providers) = (input.Call, input.Binding.Providers);
        var now = input.At ?? _services.Clock.Now();
        var available = providers;
        var byFirstToken = IsByFirstToken(providers, call.Live || call.Request.Streaming);
        var states = StatesOf(ref available, reachable, now, byFirstToken, null, out var others);
        if (input.IsFirst && available.Length == 0)
            AddEarlyTrial(providers, others, now);
        var first = FirstIn(available, input.Binding.First);
        // A call that was bound to begin with stays so, though the one it was bound to has been asked.
        var isFree = input.IsFirst && first is null && !input.Binding.IsToOne;
        var turn = input.Turns.Of(call, isFree);
        return new(available, states, others, _strategy, ContextOf(call.Request, turn, providers.Length), first);
    }

    private RankContext ContextOf(LlmRequest request, long turn, int among) => new(request, turn, _random) { Among = among };

    /// <summary>The one that a call is bound to, while it is available.</summary>
    private static RegisteredProvider? FirstIn(RegisteredProvider[] available, RegisteredProvider? first) =>
        first is not null && Array.IndexOf(available, first) >= 0 ? first : null;

    /// <summary>
    /// Whether providers are compared by their time to the first token. By that to the whole answer where one of them would not stream: a
    /// time to the first token is no match for it.
    /// </summary>
    private static bool IsByFirstToken(RegisteredProvider[] providers, bool streaming) =>
        streaming || Array.TrueForAll(providers, static s => s.Info.PrefersStreaming);

    /// <summary>Looks at each provider once.</summary>
    /// <param name="providers">Those that may serve the call; set to those of them that are available.</param>
    /// <param name="reachable">What their probes said; null where they are not asked.</param>
    /// <param name="now">The time.</param>
    /// <param name="byFirstToken">Whether the times wanted are those to the first token, and not to the whole answer.</param>
    /// <param name="views">Where what was seen is kept; null for nowhere.</param>
    /// <param name="others">Those that are not simply available; null for none.</param>
    /// <returns>The states of the available ones.</returns>
    private CandidateState[] StatesOf(
        ref RegisteredProvider[] providers,
        bool[]? reachable,
        long now,
        bool byFirstToken,
        ProviderSnapshot[]? views,
        out UnavailableProviders? others)
    {
        others = null;
        var all = providers;
        var states = new CandidateState[all.Length];
        var count = 0;
        for (var i = 0; i < all.Length; i++)
        {
            var registered = all[i];
            var view = registered.State.Snapshot(registered, now, byFirstToken);
            if (views is not null)
                views[i] = view;
            if (view.Availability == ProviderAvailability.Excluded && views is null && reachable is not null && !reachable[i])
                registered.State.Trials.ConfirmByProbe(now);
            _services.LogChanges(registered.State);
            if (view.Availability == ProviderAvailability.Available)
            {
                states[count] = new(view.FirstTokenTicks, view.InFlight, view.Health, reachable is null || reachable[i], i);
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
}
