using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrator;

/// <summary>Routes prompts to language models: picks a provider by strategy, fails over when it must, and counts every attempt
/// once.</summary>
/// <remarks>
/// <para>All members are safe to use from many threads. A router is also an <see cref="IChatClient"/>, so it fits wherever one is asked
/// for.</para>
/// <para>Argument errors and <see cref="ObjectDisposedException"/> are thrown by the call itself; everything else when the task or the
/// stream is awaited: <see cref="LlmException"/> for an error that ends the call, <see cref="AllProvidersFailedException"/> when no
/// provider could answer, <see cref="OperationCanceledException"/> with the caller's own token when the caller cancelled.</para>
/// </remarks>
public sealed partial class Router : IChatClient, IAsyncDisposable, IToolRunner, IProgressSource
{
    private static readonly TimeSpan DisposeLimit = TimeSpan.FromSeconds(1);

    private readonly CallServices _services;
    private readonly ProviderList _providers;
    private readonly RoutePlanner _planner;
    private readonly ProbeCache? _probes;
    private RouterLife _life;

    /// <summary>A router without providers; add them with <see cref="AddProvider"/>.</summary>
    /// <param name="options">How it routes, counts and reports; <see langword="null"/> for the defaults. Read now; later changes have no
    /// effect.</param>
    /// <param name="loggerFactory">Where it logs, under the category <c>Orchestrator.Router</c>; <see langword="null"/> for
    /// nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="RouterOptions.MaxAttempts"/> is less than 1, or an enum value is
    /// unknown.</exception>
    /// <exception cref="ArgumentException"><see cref="RouterOptions.Observers"/> holds a null, or options contradict each
    /// other.</exception>
    public Router(RouterOptions? options = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        options ??= new RouterOptions();
        RouterServices.Check(options);
        var logger = new SafeLogger(loggerFactory?.CreateLogger(typeof(Router).FullName!) ?? NullLogger.Instance);
        var random = options.Random is { } own ? new LockedRandom(own.NextDouble) : LockedRandom.Default;
        var strategy = options.CustomStrategy ?? RoutingStrategies.Create(options.Strategy);
        var clock = new RouterClock(timeProvider ?? TimeProvider.System);
        _services = RouterServices.Of(options, logger, clock, new Chance(random), new ForeignWork());
        _probes = strategy.UsesHealthProbes ? new ProbeCache(clock.Time, _services.Foreign, _services.Cancellation, logger) : null;
        var limits = options.Timeouts.Over(TimeoutOptions.Default);
        _providers = new ProviderList(
            new(clock, options.Health, options.Prices, limits, _probes, _services.Foreign, _services.Once, logger));
        _planner = new RoutePlanner(_services, _providers, strategy, random, _probes);
        _exports = new MetricExports(new(clock, _services.Calls, _providers));
        _endpoint = new MetricEndpoint(_exports, clock.Time, logger);
    }

    /// <summary>A router with one of the built-in strategies and defaults besides.</summary>
    /// <param name="strategy">The strategy.</param>
    public Router(RoutingStrategy strategy)
        : this(new RouterOptions { Strategy = strategy })
    {
    }

    /// <summary>A router with a strategy of your own and defaults besides.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <exception cref="ArgumentNullException"><paramref name="strategy"/> is null.</exception>
    public Router(IRoutingStrategy strategy)
        : this(new RouterOptions { CustomStrategy = strategy ?? throw new ArgumentNullException(nameof(strategy)) })
    {
    }

    /// <summary>The registered providers, in the order they were added.</summary>
    public IReadOnlyList<ProviderInfo> Providers => Array.ConvertAll(_providers.All, s => s.Info);

    /// <summary>Adds a provider. Calls that are running do not see it.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="options">How it is used; <see langword="null"/> for the defaults.</param>
    /// <param name="leaveOpen">Whether the router must not dispose it.</param>
    /// <returns>This router.</returns>
    /// <exception cref="ArgumentException">A provider of that name is registered, or its info is incomplete.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public Router AddProvider(ILlmProvider provider, ProviderOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _life.ThrowIfDisposed();
        _providers.Add(new ProviderRegistration(provider, options, leaveOpen));
        return this;
    }

    /// <summary>Removes a provider. Its running attempts end as they would have; then it is disposed, unless it was added to be left
    /// open.</summary>
    /// <param name="name">The provider's name.</param>
    /// <returns><see langword="false"/> when there is none of that name.</returns>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public bool RemoveProvider(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _life.ThrowIfDisposed();
        return _providers.Remove(name);
    }

    /// <summary>Replaces the whole list at once: every call sees the old list or the new one. Counters of a name that stays go on;
    /// its health starts anew unless the same instance stays.</summary>
    /// <param name="providers">The new providers, in order.</param>
    /// <exception cref="ArgumentException">Two have the same name, one is null, or an info is incomplete.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public void ReplaceProviders(IEnumerable<ProviderRegistration> providers)
    {
        ArgumentNullException.ThrowIfNull(providers);
        _life.ThrowIfDisposed();
        var list = providers.ToList();
        if (list.Exists(r => r?.Provider is null))
            throw new ArgumentException("The list of providers holds a null; every registration needs a provider.", nameof(providers));
        _providers.Replace(list);
    }

    /// <summary>What is known about each registered provider now.</summary>
    /// <returns>A snapshot by provider name. Totals of a removed provider come back when its name is added again.</returns>
    public IReadOnlyDictionary<string, ProviderMetrics> GetMetrics()
    {
        var now = _services.Clock.Now();
        return _providers.All.ToDictionary(s => s.Info.Name, s => s.State.Metrics(now), StringComparer.Ordinal);
    }

    /// <summary>Refuses new calls, cancels the running ones, stops the metrics server, and disposes each provider it owns when the last
    /// call on it has ended. Waits for all of that together, at most one second. Providers are disposed at the same time and not on this
    /// thread; what one throws is logged. May be called twice.</summary>
    /// <returns>A task that ends when all is closed or the second is over.</returns>
    public async ValueTask DisposeAsync()
    {
        if (!_life.TryDispose())
            return;
        _services.Cancel();
        try
        {
            await Task.WhenAll(_providers.CloseAsync(), StopMetricsServerAsync(CancellationToken.None))
                .WaitAsync(DisposeLimit, _services.Clock.Time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // If the clock throws there is no wait; everything else is done.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Or the second is over: a provider ignores its token or blocks in its disposal, or a consumer keeps a stream open. Each is
            // closed when it returns.
        }

        _exports.Dispose();
        _probes?.Dispose();
        _services.Telemetry.Dispose();
    }

    /// <summary>Like <see cref="DisposeAsync"/>, without waiting.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();
}
