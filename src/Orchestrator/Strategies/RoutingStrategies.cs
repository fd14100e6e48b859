namespace Orchestrator;

/// <summary>The built-in strategies by value and by the names users of 0.7.0 know.</summary>
internal static class RoutingStrategies
{
    private static readonly IRoutingStrategy RoundRobin = new RoundRobinStrategy();
    private static readonly IRoutingStrategy Random = new RandomStrategy();
    private static readonly IRoutingStrategy FirstAvailable = new FirstAvailableStrategy();
    private static readonly IRoutingStrategy BestAvailable = new BestAvailableStrategy();

    /// <summary>The names, in the order of <see cref="RoutingStrategy"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["round-robin", "random", "first-available", "best-available"];

    /// <summary>The strategy for a value. Built-ins keep no state, so routers share them.</summary>
    public static IRoutingStrategy Create(RoutingStrategy strategy) => strategy switch
    {
        RoutingStrategy.RoundRobin => RoundRobin,
        RoutingStrategy.Random => Random,
        RoutingStrategy.FirstAvailable => FirstAvailable,
        RoutingStrategy.BestAvailable => BestAvailable,
        _ => throw new ArgumentOutOfRangeException(
            nameof(strategy), strategy, $"Unknown routing strategy. Use a member of RoutingStrategy: {string.Join(", ", Names)}."),
    };

    /// <summary>The name of a built-in strategy; null for any other.</summary>
    public static string? NameOf(IRoutingStrategy strategy) =>
        ReferenceEquals(strategy, RoundRobin) ? Names[0]
        : ReferenceEquals(strategy, Random) ? Names[1]
        : ReferenceEquals(strategy, FirstAvailable) ? Names[2]
        : ReferenceEquals(strategy, BestAvailable) ? Names[3]
        : null;

    /// <summary>Reads a name, ignoring case, <c>-</c> and <c>_</c>.</summary>
    public static bool TryParse(string? name, out RoutingStrategy strategy)
    {
        var plain = name is null ? "" : Plain(name);
        for (var i = 0; i < Names.Count; i++)
        {
            if (string.Equals(plain, Plain(Names[i]), StringComparison.OrdinalIgnoreCase))
            {
                strategy = (RoutingStrategy)i;
                return true;
            }
        }

        strategy = default;
        return false;
    }

    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
}
