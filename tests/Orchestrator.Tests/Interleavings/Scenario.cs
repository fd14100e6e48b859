using System.Globalization;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Interleavings;

/// <summary>One router on a pointed clock, the threads that use it, and what they saw.</summary>
internal sealed class Scenario : IUsageObserver
{
    private readonly Interleaver _interleaver;
    private readonly Lock _lock = new();
    private readonly List<LlmAttempt> _attempts = [];

    public Scenario(Interleaver interleaver)
    {
        _interleaver = interleaver;
        Clock = new PointedClock(interleaver);
        Strategy = new PointedStrategy(interleaver);
        Router = new Router(
            new RouterOptions
            {
                CustomStrategy = Strategy,
                Retry = RetryOptions.None,
                Observers = { this },
                Random = new Random(1)
            },
            timeProvider: Clock);
    }

    public PointedClock Clock { get; }

    public PointedStrategy Strategy { get; }

    public Router Router { get; }

    public IReadOnlyList<LlmAttempt> Attempts => _attempts;

    public Action<LlmAttempt>? OnTold { get; set; }

    /// <summary>How many schedules to try: some for every change, many at night.</summary>
    public static int Schedules { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SCHEDULES"), CultureInfo.InvariantCulture, out var n) ? n : 100;

    /// <summary>Tries a scenario in many orders; what is wrong names the seed that shows it again.</summary>
    public static void Explore(Func<Interleaver, Action> scenario, bool free = false, int first = 0, int? schedules = null)
    {
        for (long seed = first; seed < first + (schedules ?? Schedules); seed++)
        {
            var interleaver = new Interleaver(seed, free);
            try
            {
                var check = scenario(interleaver);
                interleaver.Run();
                check();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Seed {seed}{(free ? ", set free" : "")}: {error.Message}", error);
            }
        }
    }

    public PointedProvider Add(PointedProvider provider, ProviderOptions? options = null)
    {
        Router.AddProvider(provider, options);
        return provider;
    }

    public string? Call(CancellationToken cancellationToken = default) => Call(null, cancellationToken);

    /// <summary>A buffered call of a thread's own.</summary>
    public string? Call(ChatOptions? options, CancellationToken cancellationToken = default)
    {
        Interleaver.CallBegan = _interleaver.Steps;
        _interleaver.Point();
        var call = Router.RouteAsync("hello", options, cancellationToken);
        _interleaver.Wait(call);
        if (call.IsCanceled || call.Exception?.InnerException is OperationCanceledException)
            return null;
        return call.GetAwaiter().GetResult().Text;
    }

    public void OnAttempt(LlmAttempt attempt)
    {
        _interleaver.Point();
        lock (_lock)
            _attempts.Add(attempt);
        OnTold?.Invoke(attempt);
    }

    public void CheckRest(params PointedProvider[] providers)
    {
        foreach (var metrics in Router.GetMetrics().Values)
            (metrics.InFlight, metrics.Queued).Should().Be((0, 0));
        foreach (var provider in providers)
            provider.Fault.Should().BeNull();
        _attempts.Should().HaveCount(providers.Sum(p => p.Calls), "every request is told of as one attempt");
    }
}
