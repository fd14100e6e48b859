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
        if (slots.Length == 0)
            throw new LlmException(LlmErrorKind.NoCandidate, "The router has no provider; add one with AddProvider before routing.");
        return _probes is null ? new(Plan(call, slots, null)) : ProbeAndPlanAsync(_probes, call, slots);
    }

    private static async ValueTask<bool[]> ProbeAsync(ProbeCache probes, ProviderSlot[] slots, long now, CancellationToken cancellationToken)
    {
        var reachable = new bool[slots.Length];
        List<(int Index, Task<bool> Answer)>? pending = null;
        for (var i = 0; i < slots.Length; i++)
        {
            reachable[i] = true;
            var answer = probes.GetAsync(slots[i].Provider, now, cancellationToken);
            if (answer.IsCompletedSuccessfully)
                reachable[i] = answer.Result;
            else
                (pending ??= []).Add((i, answer.AsTask()));
        }

        // Asked all at once: the first call waits for the slowest probe, not for their sum.
        foreach (var (index, answer) in pending ?? [])
            reachable[index] = await answer.ConfigureAwait(false);
        return reachable;
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

    private async ValueTask<RoutePlan> ProbeAndPlanAsync(ProbeCache cache, RouteCall call, ProviderSlot[] slots) =>
        Plan(call, slots, await ProbeAsync(cache, slots, _context.Now(), call.Token).ConfigureAwait(false));

    private RoutePlan Plan(RouteCall call, ProviderSlot[] slots, bool[]? reachable)
    {
        var now = _context.Now();
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
            avoided = [.. candidates.Where(c => c.Health == ProviderHealth.Unhealthy).OrderBy(c => c.Slot!.State.ErrorRate(now))];
            candidates = Array.FindAll(candidates, c => c.Health != ProviderHealth.Unhealthy);
        }

        return new RoutePlan(candidates, avoided, _strategy, new RankContext(call.Request, call.Sequence, _random), _onFault);
    }
}
