namespace Orchestrator;

/// <summary>Checks a router's options, and makes of them what its calls share.</summary>
internal static class RouterServices
{
    /// <exception cref="ArgumentException">An option is null or out of its range, or two contradict each other.</exception>
    public static void Check(RouterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Prices);
        ArgumentNullException.ThrowIfNull(options.TokenCounter);
        ArgumentNullException.ThrowIfNull(options.Timeouts);
        ArgumentNullException.ThrowIfNull(options.Retry);
        ArgumentNullException.ThrowIfNull(options.Health);
        ArgumentNullException.ThrowIfNull(options.Telemetry);
        options.Retry.Check();
        options.Health.Check();
        if (options.Observers.Contains(null!))
            throw new ArgumentException("RouterOptions.Observers holds a null; every entry needs an observer.", nameof(options));
        foreach (var row in options.KnownErrors)
            (row ?? throw new ArgumentException("RouterOptions.KnownErrors holds a null.", nameof(options))).Check();
        if (!Enum.IsDefined(options.MidStream))
            throw new ArgumentOutOfRangeException(nameof(options), options.MidStream, "RouterOptions.MidStream must be Throw or Restart.");
        if (!Enum.IsDefined(options.RefusalAction))
            throw new ArgumentOutOfRangeException(
                nameof(options), options.RefusalAction, "RouterOptions.RefusalAction must be Return or NextProvider.");
        if (options.MaxAttempts is < 1)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.MaxAttempts, "RouterOptions.MaxAttempts must be 1 or more, or null for the default.");
    }

    public static CallServices Of(
        RouterOptions options, SafeLogger logger, RouterClock clock, Chance chance, ForeignWork foreign) => new(new CallTotals())
        {
            Clock = clock,
            Logger = logger,
            Counter = options.TokenCounter,
            Prices = options.Prices,
            MaxAttempts = options.MaxAttempts,
            MidStream = options.MidStream,
            RefusalAction = options.RefusalAction,
            KnownErrors = [.. options.KnownErrors],
            Rules = new ErrorRules(options.RefusalAction, options.ErrorRules),
            Retry = options.Retry,
            Health = options.Health,
            Budget = new RetryBudget(options.Retry, clock.Frequency, clock.Now()),
            Backoff = new Backoff(options.Retry, chance),
            Chance = chance,
            Ids = new CallIds(chance.Bits()),
            Reports = new Reports(options.Observers, logger),
            Telemetry = new Telemetry(options.Telemetry, NameOf(options)),
            Once = new OnceLog(logger, options.Prices),
            Foreign = foreign,
            Cancellation = new ForeignCancellation(foreign, logger),
        };

    private static string NameOf(RouterOptions options) => options.CustomStrategy is { } own
        ? RoutingStrategies.NameOf(own) ?? own.GetType().Name
        : RoutingStrategies.NameOf(RoutingStrategies.Create(options.Strategy))!;
}
