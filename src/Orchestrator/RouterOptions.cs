namespace Orchestrator;

/// <summary>How a router routes, counts and reports. Read once by the router's constructor; later changes have no effect.</summary>
/// <remarks>Not bound from configuration: <c>AddLlmRouter(section)</c> reads plain data and fills this in.</remarks>
public sealed class RouterOptions
{
    /// <summary>The built-in strategy.</summary>
    /// <value><see cref="RoutingStrategy.RoundRobin"/>.</value>
    public RoutingStrategy Strategy { get; set; }

    /// <summary>A strategy of your own; wins over <see cref="Strategy"/>.</summary>
    /// <value><see langword="null"/>.</value>
    public IRoutingStrategy? CustomStrategy { get; set; }

    /// <summary>The prices, one currency for the router.</summary>
    /// <value><see cref="PricingTable.Default"/>.</value>
    public PricingTable Prices { get; set; } = PricingTable.Default;

    /// <summary>Counts what the vendor did not report.</summary>
    /// <value>A counter with default options.</value>
    public TokenCounter TokenCounter { get; set; } = new();

    /// <summary>The observers that are called for every ended attempt.</summary>
    /// <value>Empty.</value>
    public IList<IUsageObserver> Observers { get; } = [];

    /// <summary>The random source; seed it for repeatable runs. Used under a lock.</summary>
    /// <value><see langword="null"/>: the runtime's shared source.</value>
    public Random? Random { get; set; }

    /// <summary>Time-outs; one that is not set has the value of <see cref="TimeoutOptions.Default"/>.</summary>
    /// <value><see cref="TimeoutOptions.Default"/>.</value>
    public TimeoutOptions Timeouts { get; set; } = TimeoutOptions.Default;

    /// <summary>The most attempts one call may make, at least 1.</summary>
    /// <value><see langword="null"/>: as many as there are candidates, at least 4 and at most 12.</value>
    public int? MaxAttempts { get; set; }

    /// <summary>When a failed provider is asked again, and how many such attempts the router may make.</summary>
    /// <value>Once, after 250 to 500 ms, within a budget of 20 % of the calls and 10 a second.</value>
    public RetryOptions Retry { get; set; } = RetryOptions.Default;

    /// <summary>When a failing provider is ejected or excluded, and how it comes back.</summary>
    /// <value>Ejected by three failures in a row or 60 % errors, tried again after 5 s.</value>
    public HealthOptions Health { get; set; } = new();

    /// <summary>Rules for kinds of error, where they are to differ from <see cref="ErrorRule.For"/>.</summary>
    /// <value>Empty.</value>
    public IDictionary<LlmErrorKind, ErrorRule> ErrorRules { get; } = new Dictionary<LlmErrorKind, ErrorRule>();

    /// <summary>Errors of vendors that you know better than the built-in tables.</summary>
    /// <value>Empty.</value>
    public IList<KnownError> KnownErrors { get; } = [];

    /// <summary>What happens when a live stream breaks after text was handed out.</summary>
    /// <value><see cref="MidStreamMode.Throw"/>.</value>
    public MidStreamMode MidStream { get; set; }

    /// <summary>What spans and meters say.</summary>
    /// <value>The names of v1.41 of OpenTelemetry's conventions, without cost.</value>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>What happens when a vendor refuses the content.</summary>
    /// <value><see cref="RefusalAction.Return"/>.</value>
    public RefusalAction RefusalAction { get; set; }
}
