using System.Globalization;

namespace Orchestrator.Soak;

/// <summary>Very many mixed calls in ten stretches; between them everything comes to rest and is compared.</summary>
internal sealed class SoakRun(long calls, long seed, Violations violations)
{
    private const int Stretches = 10;
    private const int OutageEvery = 3;
    private const int Workers = 384;
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan OutageLength = TimeSpan.FromSeconds(0.6);
    private static readonly RetryOptions Retry = new()
    {
        MinDelay = TimeSpan.FromMilliseconds(0.2),
        MaxDelay = TimeSpan.FromMilliseconds(1),
        LongestRetryAfter = TimeSpan.FromMilliseconds(2)
    };
    private readonly ProviderSet _providers = new(seed, violations);
    private readonly Tally _total = new();
    private long _next = -1;
    private long _until;
    private volatile bool _deepOutage;
    private double _fastest;
    private long _outageCalls;
    private double _outageSeconds;
    private int _outages;
    private string _paid = "";

    public async Task RunAsync()
    {
        var options = new RouterOptions
        {
            CustomStrategy = new SoakStrategy(seed),
            Prices = SoakPrices.Table,
            MidStream = MidStreamMode.Restart,
            Retry = Retry,
            Timeouts = new()
            {
                FirstToken = TimeSpan.FromMilliseconds(40),
                Idle = TimeSpan.FromMilliseconds(40),
                Attempt = TimeSpan.FromMilliseconds(80),
                Call = TimeSpan.FromMilliseconds(250),
                Stream = TimeSpan.FromMilliseconds(250),
            },
            Health = new()
            {
                CoolDown = TimeSpan.FromMilliseconds(3),
                LongestCoolDown = TimeSpan.FromMilliseconds(9),
                LongestRetryAfter = TimeSpan.FromMilliseconds(5),
                ExclusionTime = TimeSpan.FromMilliseconds(4),
            },
            Observers = { new SoakObserver() },
        };
        await using var router = new Router(options);
        _providers.ListAll(router);
        var server = await router.StartMetricsServerAsync(port: 0);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var began = Clock.Now;
        Resources? first = null;
        for (var stretch = 1; stretch <= Stretches && !violations.IsEnough; stretch++)
        {
            var from = Clock.Now;
            _until = calls * stretch / Stretches;
            await RunStretchAsync(router, hasOutage: stretch % OutageEvery == 2);
            var now = Clock.Now;
            _providers.ListAll(router);
            await RestAsync(router);
            TotalsAudit.Check(_total, _providers, router.GetMetrics(), new ServedPage(await http.GetStringAsync(server.Url)), violations);
            CheckBudget(Clock.Seconds(began, now));
            var held = await Resources.MeasureAsync(first);
            first ??= held;
            held.CheckAgainst(first, $"after {_until:N0} calls", violations);
            Print(stretch, Clock.Seconds(from, now), held);
        }

        Summarize(router, Clock.Seconds(began, Clock.Now));
    }

    private async Task RunStretchAsync(Router router, bool hasOutage)
    {
        using var over = new CancellationTokenSource();
        var weather = Task.Factory.StartNew(() => MakeWeather(router, hasOutage, over.Token), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var tallies = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(router))));
        await over.CancelAsync();
        await weather;
        foreach (var tally in tallies)
            _total.Add(tally);
    }

    private async Task<Tally> WorkAsync(Router router)
    {
        var tally = new Tally();
        while (!violations.IsEnough)
        {
            var id = Interlocked.Increment(ref _next);
            if (id >= _until)
            {
                Interlocked.Decrement(ref _next);
                break;
            }

            var call = new SoakCall(seed, id, _deepOutage);
            await call.RunAsync(router);
            CallAudit.Check(call, violations);
            tally.Add(call, call.Outcome);
            // Nothing above waits for long: the others are to have a turn.
            if (id % 16 == 0)
                await Task.Yield();
        }

        return tally;
    }

    /// <summary>Changes the list, and once in some stretches lets all providers fail at once.</summary>
    private void MakeWeather(Router router, bool hasOutage, CancellationToken over)
    {
        var (from, calls) = (Clock.Now, Volatile.Read(ref _next));
        while (!over.WaitHandle.WaitOne(2))
        {
            _providers.Change(router);
            if (Clock.Seconds(from, Clock.Now) < 0.2)
                continue;
            NoteRate(from, calls);
            if (hasOutage)
                HaveOutage(over);
            hasOutage = false;
            (from, calls) = (Clock.Now, Volatile.Read(ref _next));
        }
    }

    private void NoteRate(long from, long calls) =>
        _fastest = Math.Max(_fastest, (Volatile.Read(ref _next) - calls) / Clock.Seconds(from, Clock.Now));

    private void HaveOutage(CancellationToken over)
    {
        _providers.Outage = true;
        // Until every provider is ejected, attempts are free failovers.
        over.WaitHandle.WaitOne(150);
        var (from, calls) = (Clock.Now, Volatile.Read(ref _next));
        _deepOutage = true;
        over.WaitHandle.WaitOne(OutageLength);
        NoteRate(from, calls);
        _deepOutage = false;
        // Calls that began in it are to meet no fair weather.
        over.WaitHandle.WaitOne(300);
        NoteRate(from, calls);
        _outages++;
        _outageCalls += Volatile.Read(ref _next) - calls;
        _outageSeconds += Clock.Seconds(from, Clock.Now);
        _providers.Outage = false;
    }

    /// <summary>Waits until nothing runs, waits or is still to be closed;
    /// a provider that ignores its token returns after a second or two.</summary>
    private async Task RestAsync(Router router)
    {
        var from = Clock.Now;
        while (Clock.Seconds(from, Clock.Now) < LongestRest.TotalSeconds)
        {
            if (_providers.Lingering == 0 && router.GetMetrics().Values.All(m => m is { InFlight: 0, Queued: 0 }))
                return;
            await Task.Delay(10);
        }

        violations.Add($"no rest: {_providers.Lingering} providers not closed, "
            + $"{string.Join(", ", router.GetMetrics().Values.Select(m => $"{m.Provider} {m.InFlight}+{m.Queued}"))}");
    }

    private void CheckBudget(double seconds)
    {
        var most = BudgetOf(_next + 1, seconds) + Retry.BudgetPerSecond;
        violations.Expect(_total.Paid <= most, () => $"{_total.Paid} attempts that cost, the budget had {most:N0}");
        // While all are down, what was saved up before comes on top: at most what a second gives at the fastest rate of calls.
        var inOutages = BudgetOf(_outageCalls, _outageSeconds) + (_outages * BudgetOf((long)(_fastest * 1.2), 1));
        violations.Expect(_total.PaidInOutage <= inOutages, () =>
            $"{_total.PaidInOutage} attempts that cost while all were down, the budget had {inOutages:N0}");
        _paid = string.Create(CultureInfo.InvariantCulture, $"{_total.Paid:N0} of at most {most:N0}; while all were down "
            + $"{_total.PaidInOutage:N0} of at most {inOutages:N0}, for {_outageCalls:N0} calls");
    }

    private static double BudgetOf(long calls, double seconds) => (Retry.BudgetShare * calls) + (Retry.BudgetPerSecond * seconds);

    private void Print(int stretch, double seconds, Resources held) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{stretch * 100 / Stretches,3} % {_until,10:N0} calls {calls / Stretches / seconds,8:N0}/s {_total.Attempts,10:N0} "
        + $"attempts | {held} | {violations.Count} violations"));

    private void Summarize(Router router, double seconds)
    {
        var metrics = router.GetMetrics().Values.ToArray();
        var (calls, roles) = (_total.Calls, _total.Roles);
        var (prompts, completions) = (metrics.Sum(m => m.TotalPromptTokens), metrics.Sum(m => m.TotalCompletionTokens));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            calls      {calls[0]:N0} answered, {calls[1]:N0} failed, {calls[2]:N0} cancelled, {calls[3]:N0} abandoned, in {seconds:N0} s
            attempts   {roles[0]:N0} first, {roles[1]:N0} failover, {roles[2]:N0} restart, {roles[3]:N0} retry, {roles[4]:N0} trial
            budget     {_paid}
            health     {metrics.Sum(m => m.Ejections):N0} ejections; the list changed {_providers.Changes:N0} times
            tokens     {prompts:N0} + {completions:N0}, cost {metrics.Sum(m => m.TotalCost)}
            """));
    }
}
