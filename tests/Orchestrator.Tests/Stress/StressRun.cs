using System.Collections.Concurrent;
using Orchestrator.Tests.Support;
using Prometheus;

namespace Orchestrator.Tests.Stress;

/// <summary>What one run is made of.</summary>
internal sealed record StressPlan(long Seed, RoutingStrategy Strategy, int Calls)
{
    public bool ListChanges { get; init; }

    public MidStreamMode MidStream { get; init; }

    public RefusalAction RefusalAction { get; init; }

    public int? MaxAttempts { get; init; }

    /// <summary>How many attempts each provider serves at a time; null for any number.</summary>
    public int? Permits { get; init; }

    /// <summary>Waits of a moment, so that all of them happen while a run lasts;
    /// a budget that is never used up, so that no attempt is missing because of it.</summary>
    public RetryOptions Retry { get; init; } = new()
    {
        MinDelay = TimeSpan.FromMilliseconds(0.1),
        MaxDelay = TimeSpan.FromMilliseconds(1),
        LongestRetryAfter = TimeSpan.FromMilliseconds(2),
        BudgetPerSecond = 1e6,
    };

    public HealthOptions Health { get; init; } = new()
    {
        CoolDown = TimeSpan.FromMilliseconds(2),
        LongestCoolDown = TimeSpan.FromMilliseconds(6),
        ExclusionTime = TimeSpan.FromMilliseconds(3),
        LongestRetryAfter = TimeSpan.FromMilliseconds(4),
    };
}

/// <summary>Some tens of thousands of random calls over one router, while its page is scraped and, if planned, its list changes.</summary>
internal sealed class StressRun
{
    private const int Workers = 64;
    private const int FewestNames = 3;
    private const int Enough = 20;
    private static readonly string[] Names = ["alpha", "beta", "gamma", "delta", "epsilon"];
    private readonly StressCall?[] _calls;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly List<StressProvider> _providers = [];
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly CallAudit _audit;
    private Dictionary<string, StressProvider> _listed = [];
    private int _serial;
    private int _next = -1;
    private volatile bool _over;

    public StressRun(StressPlan plan)
    {
        Plan = plan;
        _calls = new StressCall?[plan.Calls];
        _audit = new CallAudit(this);
        Log = new CanaryLog(this);
        Exclusions = new Exclusions(plan.Health);
    }

    public StressPlan Plan { get; }

    public long Seed => Plan.Seed;

    public CanaryLog Log { get; }

    public Exclusions Exclusions { get; }

    public IReadOnlyList<string> ProviderNames => Names;

    /// <summary>What was seen of it, once the run is over.</summary>
    public Tally Total { get; } = new();

    public IReadOnlyCollection<string> Complaints => _complaints;

    public StressCall Call(int id) => _calls[id]!;

    public void Complain(string what)
    {
        if (_complaints.Count < Enough)
            _complaints.Enqueue($"{Plan.Strategy}: {what}");
    }

    public void CheckSecrets(string where, string text)
    {
        if (text.Contains(StressCall.Canary, StringComparison.Ordinal) || text.Contains('«', StringComparison.Ordinal))
            Complain($"{where} holds text of a prompt or an answer: {text}");
    }

    /// <summary>Runs it all; what broke is in <see cref="Complaints"/>.</summary>
    public async Task RunAsync()
    {
        var options = new RouterOptions
        {
            Strategy = Plan.Strategy,
            Prices = StressPrices.Table,
            MidStream = Plan.MidStream,
            RefusalAction = Plan.RefusalAction,
            MaxAttempts = Plan.MaxAttempts,
            Retry = Plan.Retry,
            Health = Plan.Health,
            Random = new Random((int)Seed),
            Observers = { new StressObserver(this) },
        };
        await using var router = new Router(options, Log).ExportingTo(_registry);
        ReplaceAll(router);

        // On threads of their own: the pool belongs to the calls.
        var scraper = Task.Factory.StartNew(Scrape, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var changer = Task.Factory.StartNew(
            () => Change(router), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var tallies = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(router))));
        _over = true;
        await Task.WhenAll(scraper, changer);

        foreach (var tally in tallies)
            Total.Add(tally);
        // Every name has to be listed for GetMetrics to show it.
        ReplaceAll(router);
        MetricsAudit.Compare(this, Total, router.GetMetrics(), await ExportedPage.ScrapeAsync(_registry));
        await router.DisposeAsync();
        foreach (var provider in _providers)
        {
            if (provider.Disposals != 1)
                Complain($"{provider.Info.Name} was disposed {provider.Disposals} times");
        }
    }

    private async Task<Tally> WorkAsync(Router router)
    {
        var tally = new Tally();
        for (int id; (id = Interlocked.Increment(ref _next)) < _calls.Length && _complaints.Count < Enough;)
        {
            using var call = _calls[id] = new StressCall(Seed, id);
            if (call.YieldsFirst)
                await Task.Yield();
            await call.RunAsync(router);
            tally.Add(call, _audit.Check(call), StressPrices.CostOf);
            _calls[id] = null;
        }

        return tally;
    }

    private void Scrape()
    {
        ExportedPage? before = null;
        while (!_over)
        {
            var page = ExportedPage.ScrapeAsync(_registry).GetAwaiter().GetResult();
            foreach (var fault in page.Faults(before))
                Complain(fault);
            CheckSecrets("the exported page", page.Text);
            before = page;
            Thread.Sleep(3);
        }
    }

    private void Change(Router router)
    {
        var dice = new Dice(Seed, -1);
        while (Plan.ListChanges && !_over)
        {
            var names = _listed.Keys.ToArray();
            if (dice.Percent(30) && names.Length > FewestNames)
                Remove(router, names[dice.Below(names.Length)]);
            else if (dice.Percent(50) && names.Length < Names.Length)
                Add(router, Names.Except(names).First());
            else
                ReplaceSome(router, ref dice);
            Thread.Sleep(1);
        }
    }

    private void Remove(Router router, string name)
    {
        router.RemoveProvider(name);
        _listed.Remove(name);
    }

    private void Add(Router router, string name) => router.AddProvider(_listed[name] = New(name));

    /// <summary>Some names, in any order; some with the instance they had, some with a new one.</summary>
    private void ReplaceSome(Router router, ref Dice dice)
    {
        var first = dice.Below(Names.Length);
        var count = FewestNames + dice.Below(Names.Length - FewestNames + 1);
        var next = new Dictionary<string, StressProvider>();
        for (var i = 0; i < count; i++)
        {
            var name = Names[(first + i) % Names.Length];
            next[name] = dice.Percent(40) && _listed.TryGetValue(name, out var kept) ? kept : New(name);
        }

        Replace(router, next);
    }

    private void ReplaceAll(Router router) => Replace(router, Names.ToDictionary(n => n, New));

    private void Replace(Router router, Dictionary<string, StressProvider> next)
    {
        router.ReplaceProviders(next.Values.Select(p => new ProviderRegistration(p)));
        _listed = next;
    }

    private StressProvider New(string name)
    {
        var serial = ++_serial;
        // One name serves two models, so that its totals are spread over two sets of series.
        var provider = new StressProvider(this, name, $"{name}-{(name == "alpha" ? 1 + (serial % 2) : 1)}", serial, Plan.Permits);
        _providers.Add(provider);
        return provider;
    }
}
