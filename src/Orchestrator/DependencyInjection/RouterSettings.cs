namespace Orchestrator.DependencyInjection;

/// <summary>The keys of the section as plain data; null is "not set".</summary>
internal sealed class RouterSettings
{
    private static readonly string Strategies =
        $"{string.Join(", ", RoutingStrategies.Names.SkipLast(1))} or {RoutingStrategies.Names[^1]}";

    public RoutingStrategy? Strategy { get; private init; }

    public PricingTable? Prices { get; private init; }

    public TimeoutOptions? Timeouts { get; private init; }

    public RetryOptions? Retry { get; private init; }

    public HealthOptions? Health { get; private init; }

    public int? MaxAttempts { get; private init; }

    public MidStreamMode? MidStream { get; private init; }

    public RefusalAction? RefusalAction { get; private init; }

    public IReadOnlyList<ProviderEntry> Providers { get; private init; } = [];

    public static RouterSettings Read(SettingsReader reader) => new()
    {
        Strategy = reader.Value<RoutingStrategy>(
            "Strategy", Strategies, RoutingStrategies.TryParse, known: RoutingStrategies.Names),
        Providers = ProviderSettings.ReadAll(reader),
        Prices = reader.Section("Prices") is { } prices ? PriceSettings.ReadTable(prices) : null,
        Timeouts = TimeoutSettings.Read(reader),
        Retry = RetrySettings.Read(reader),
        Health = HealthSettings.Read(reader),
        MaxAttempts = reader.WholeNumber("MaxAttempts", least: 1),
        MidStream = reader.Choice("MidStream", [MidStreamMode.Throw, MidStreamMode.Restart]),
        RefusalAction = reader.Choice("RefusalAction", [Orchestrator.RefusalAction.Return, Orchestrator.RefusalAction.NextProvider]),
    };

    public void ApplyTo(RouterOptions options)
    {
        options.Strategy = Strategy ?? options.Strategy;
        options.Prices = Prices ?? options.Prices;
        options.Timeouts = Timeouts?.Over(options.Timeouts) ?? options.Timeouts;
        options.Retry = Retry ?? options.Retry;
        options.Health = Health ?? options.Health;
        options.MaxAttempts = MaxAttempts ?? options.MaxAttempts;
        options.MidStream = MidStream ?? options.MidStream;
        options.RefusalAction = RefusalAction ?? options.RefusalAction;
    }
}
