using Orchestrator.Providers;

namespace Orchestrator.BadLuck;

/// <summary>The callers, the router and the vendors of one day.</summary>
internal sealed class Day
{
    private const int Callers = 200;
    private static readonly int[] Permits = [12, 16, 20];

    private readonly TimeSpan _until;
    private readonly long _seed;
    private readonly CallPlans _plans;
    private readonly Asking _asking;
    private readonly Router _router;

    public Day(double hours, long seed, IReadOnlySet<string> without)
    {
        _seed = seed;
        _until = TimeSpan.FromHours(hours);
        Weather = new Weather(seed, Permits.Length, _until, without);
        Vendors = [.. Permits.Select((permits, i) => new Vendor(i, permits, Clock, Weather))];
        Violations = new Violations(seed, Clock);
        Checks = new DayChecks(Vendors, Weather, Violations, Clock);
        Out = new OutCheck(Vendors, Weather, Violations, Clock);
        _plans = new CallPlans(seed, Vendors, without);
        _router = NewRouter();
        _asking = new Asking(_router, Clock, Checks);
        Clock.AtRest = () => Checks.Idle.Look(_router);
    }

    public WorldClock Clock { get; } = new();

    public Weather Weather { get; }

    public Vendor[] Vendors { get; }

    public Violations Violations { get; }

    public DayChecks Checks { get; }

    public OutCheck Out { get; }

    public void Run()
    {
        ThreadPool.UnsafeQueueUserWorkItem(static day => day.Begin(), this, preferLocal: false);
        if (!Clock.RunAsync().GetAwaiter().GetResult())
            Checks.Hang();
        _router.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(2));
    }

    private async void Begin()
    {
        try
        {
            await Task.WhenAll(
            [
                .. Enumerable.Range(0, Callers).Select(i => new Caller(i, _seed, _until, Clock, _plans, _asking).RunAsync()),
                new LoneCaller(Callers, Vendors, _until, Clock, _plans, _asking).RunAsync(),
                Out.WatchAsync(_router, _until),
            ]);
            Checks.Shares.Close();
            await new Finale(Vendors, Clock, _plans, _asking, Violations).RunAsync(Callers);
            Checks.Ledger.Close(_router.GetMetrics(), _until.TotalSeconds);
        }
#pragma warning disable CA1031 // A fault of this program ends the run, and is printed.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Violations.Add("this program failed", error.ToString());
        }

        Clock.Stop();
    }

    private Router NewRouter()
    {
        var options = new RouterOptions { Random = new Random((int)_seed), MaxAttempts = DayChecks.MostAttempts };
        options.Observers.Add(Checks);
        var router = new Router(options, null, Clock);
        foreach (var vendor in Vendors)
            router.AddProvider(ProviderOf(vendor), new ProviderOptions { MaxConcurrency = vendor.Permits });
        return router;
    }

    /// <summary>The last one is reached by a client of its own.</summary>
    private ILlmProvider ProviderOf(Vendor vendor)
    {
        var client = new HttpClient(new VendorHandler(vendor, Checks, Clock)) { Timeout = Timeout.InfiniteTimeSpan };
        var options = new OpenAiCompatibleOptions
        {
            BaseUrl = new Uri($"https://{vendor.Name}.example/v1"),
            ApiKey = "key-of-the-account",
            Model = $"model-{vendor.Name}",
        };
        var provider = new OpenAiCompatibleProvider(vendor.Name, options, client, Clock);
        return vendor != Vendors[^1] ? provider : new ChatClientProvider(
            vendor.Name, new ConversationClient(provider), provider.Info with { PrefersStreaming = false, Endpoint = options.BaseUrl });
    }
}
