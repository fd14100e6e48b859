namespace Orchestrator;

/// <summary>The built-in strategies by value and by the names users of 0.7.0 know.</summary>
internal static class RoutingStrategies
{
    // A new strategy is one class and one line here. Built-ins keep no state, so routers share them.
    private static readonly BuiltIn[] All =
    [
        new(RoutingStrategy.RoundRobin, RoundRobinStrategy.Name, new RoundRobinStrategy()),
        new(RoutingStrategy.Random, RandomStrategy.Name, new RandomStrategy()),
        new(RoutingStrategy.FirstAvailable, FirstAvailableStrategy.Name, new FirstAvailableStrategy()),
        new(RoutingStrategy.BestAvailable, BestAvailableStrategy.Name, new BestAvailableStrategy()),
    ];

    /// <summary>The names, in the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(one => one.Name)];

    /// <summary>The strategy for a value.</summary>
    public static IRoutingStrategy Create(RoutingStrategy strategy) => Array.Find(All, one => one.Value == strategy)?.Strategy
        ?? throw new ArgumentOutOfRangeException(
            nameof(strategy), strategy, $"Unknown routing strategy. Use a member of RoutingStrategy: {string.Join(", ", Names)}.");

    /// <summary>The name of a built-in strategy; null for any other.</summary>
    public static string? NameOf(IRoutingStrategy strategy) => Array.Find(All, one => ReferenceEquals(one.Strategy, strategy))?.Name;

    /// <summary>Reads a name, ignoring case, <c>-</c> and <c>_</c>.</summary>
    public static bool TryParse(string? name, out RoutingStrategy strategy)
    {
        var plain = Plain(name ?? "");
        var found = Array.Find(All, one => string.Equals(plain, Plain(one.Name), StringComparison.OrdinalIgnoreCase));
        strategy = found?.Value ?? default;
        return found is not null;
    }

    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);

    private sealed record BuiltIn(RoutingStrategy Value, string Name, IRoutingStrategy Strategy);
}
