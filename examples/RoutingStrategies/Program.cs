// The same sixty calls under each strategy: who was asked how often, and what it meant for the callers.
using System.Diagnostics;
using Orchestrator;
using Orchestrator.Providers;

const int Calls = 60;
const int Callers = 4;

Console.WriteLine($"{Calls} calls from {Callers} callers; attempts (failed) per provider, in the order they were added:");
Console.WriteLine();
Console.WriteLine($"{"strategy",-16}{"slow",10}{"failing",10}{"fast",10}{"failovers",11}{"total time",12}");
foreach (var strategy in Enum.GetValues<RoutingStrategy>())
{
    // Seeded, so that every run draws the same lots; without retries, so that every failure shows as a failover.
    await using var router = new Router(new RouterOptions { Strategy = strategy, Random = new Random(1), Retry = RetryOptions.None })
        .AddProvider(Mock("slow", milliseconds: 120))
        .AddProvider(Mock("failing", milliseconds: 15, failureRate: 0.5))
        .AddProvider(Mock("fast", milliseconds: 15));

    var failovers = 0;
    var watch = Stopwatch.StartNew();
    var callers = new ParallelOptions { MaxDegreeOfParallelism = Callers };
    await Parallel.ForEachAsync(Enumerable.Range(0, Calls), callers, async (number, token) =>
    {
        var answer = await router.RouteAsync($"Question {number}", cancellationToken: token);
        Interlocked.Add(ref failovers, answer.Attempts.Count - 1);
    });

    var metrics = router.GetMetrics();
    var (slow, failing, fast) = (Shown("slow"), Shown("failing"), Shown("fast"));
    Console.WriteLine($"{strategy,-16}{slow,10}{failing,10}{fast,10}{failovers,11}{watch.ElapsedMilliseconds,9} ms");

    string Shown(string name) => $"{metrics[name].TotalRequests} ({metrics[name].FailedRequests})";
}

Console.WriteLine("""

    RoundRobin      everyone in turn, whatever it costs in time
    Random          the same on average
    FirstAvailable  always the first one that is there; the others are a reserve
    BestAvailable   the healthiest, then the fastest and least busy
    """);

static MockProvider Mock(string name, int milliseconds, double failureRate = 0) =>
    new(name, options: new() { Delay = TimeSpan.FromMilliseconds(milliseconds), FailureRate = failureRate });
