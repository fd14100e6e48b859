namespace Orchestrator.Tests.Strategies;

/// <summary>Candidates and contexts for strategies.</summary>
internal static class RankingCase
{
    public static readonly LlmRequest Request = new("hi");

    public static RankContext Context(long sequence = 0, int seed = 1) => new(Request, sequence, new Random(seed));

    public static Candidate Candidate(
        string name, double? milliseconds = null, int inFlight = 0, ProviderHealth health = default, bool reachable = true) =>
        new(new ProviderInfo(name, "mock", "mock-normal"))
        {
            TimeToFirstToken = milliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null,
            InFlight = inFlight,
            Health = health,
            IsReachable = reachable,
        };

    public static Candidate[] Named(params string[] names) => [.. names.Select(name => Candidate(name))];

    public static string[] Names(this IEnumerable<Candidate> ranking) => [.. ranking.Select(c => c.Info.Name)];

    /// <summary>Any mix of health, load and reachability, with many equals among them.</summary>
    public static Candidate[] Any(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => Candidate(
            $"p{i}",
            random.Next(3) == 0 ? null : random.Next(5) * 50,
            random.Next(4),
            (ProviderHealth)random.Next(3),
            random.Next(3) > 0))];
    }
}
