namespace Orchestrator.Tests.Strategies;

/// <summary>A router's view of providers under steady load, with a clock that jumps from event to event. Same seed, same run.</summary>
internal sealed class LoadSimulation(int seed, params Func<double, double>[] secondsAt)
{
    private const long Frequency = 10_000_000;
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<(int Provider, long Started), long> _running = new();
    private readonly PeakEwma[] _times = [.. secondsAt.Select(_ => new PeakEwma(Frequency))];
    private readonly int[] _inFlight = new int[secondsAt.Length];
    private long _sequence;

    public List<(double At, int Provider)> Chosen { get; } = [];

    public int MostInFlight { get; private set; }

    /// <summary>Calls arrive at random, <paramref name="perSecond"/> on average;
    /// each takes its provider's time, give or take a fifth.</summary>
    public void Run(double from, double to, double perSecond)
    {
        var strategy = RoutingStrategies.Create(RoutingStrategy.BestAvailable);
        var at = from;
        while ((at += -Math.Log(1 - _random.NextDouble()) / perSecond) < to)
        {
            var now = (long)(at * Frequency);
            EndUntil(now);
            var candidates = _inFlight.Select((running, i) => RankingCase.Candidate(
                $"{i}", _times[i].HasValue ? _times[i].ValueAt(now) * 1000 : null, running)).ToArray();
            var chosen = int.Parse(strategy.Rank(candidates, RankingCase.Context(_sequence++)).First().Info.Name);
            Chosen.Add((at, chosen));
            MostInFlight = Math.Max(MostInFlight, ++_inFlight[chosen]);
            var takes = secondsAt[chosen](at) * (0.8 + 0.4 * _random.NextDouble());
            _running.Enqueue((chosen, now), now + (long)(takes * Frequency));
        }
    }

    public double ShareOf(int provider, double from = 0, double to = double.MaxValue)
    {
        var during = Chosen.Where(c => c.At >= from && c.At < to).ToList();
        return during.Count(c => c.Provider == provider) / (double)during.Count;
    }

    private void EndUntil(long now)
    {
        while (_running.TryPeek(out var call, out var end) && end <= now)
        {
            _running.Dequeue();
            _inFlight[call.Provider]--;
            _times[call.Provider].Observe((end - call.Started) / (double)Frequency, end);
        }
    }
}
