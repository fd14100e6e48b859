using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What every call of one router shares: the clock, the options as they were at construction, and the places results go to.</summary>
internal sealed class RouterContext
{
    private readonly double _ticksPerStamp;
    private readonly Random _random;
    private readonly ulong _idHigh;
    private readonly IUsageObserver[] _observers;
    private readonly CancellationTokenSource _disposing = new();
    private readonly SaidOnce<(string Vendor, string Model)> _unpriced = new();
    private readonly SaidOnce<string> _truncated = new();
    private readonly SaidOnce<(string Vendor, string Model)> _outdated = new();

    public RouterContext(RouterOptions options, ILogger logger, TimeProvider time, Random random)
    {
        Time = time;
        Logger = logger;
        Counter = options.TokenCounter;
        Prices = options.Prices;
        Limits = options.Limits.Over(LimitOptions.Default);
        MaxAttempts = options.MaxAttempts;
        MidStream = options.MidStream;
        OnRefusal = options.OnRefusal;
        Rules = new ErrorRules(options);
        Retry = options.Retry;
        Health = options.Health;
        _random = random;
        _idHigh = (ulong)Half(random);
        _observers = [.. options.Observers];
        Frequency = time.TimestampFrequency;
        Budget = new RetryBudget(options.Retry, Frequency, time.GetTimestamp());
        _ticksPerStamp = (double)TimeSpan.TicksPerSecond / Frequency;
    }

    public TimeProvider Time { get; }

    /// <summary>The clock's stamps a second, read once.</summary>
    public long Frequency { get; }

    public ILogger Logger { get; }

    public TokenCounter Counter { get; }

    public PricingTable Prices { get; }

    public string Currency => Prices.Currency;

    public LimitOptions Limits { get; }

    public int? MaxAttempts { get; }

    public MidStreamMode MidStream { get; }

    public RefusalAction OnRefusal { get; }

    public ErrorRules Rules { get; }

    public RetryOptions Retry { get; }

    public HealthOptions Health { get; }

    public RetryBudget Budget { get; }

    public CallTotals Calls { get; } = new();

    /// <summary>Where providers are closed and disposed.</summary>
    public ForeignWork Closing { get; } = new();

    public CancellationToken Disposing => _disposing.Token;

    public bool IsDisposing => _disposing.IsCancellationRequested;

    public long Now() => Time.GetTimestamp();

    /// <summary>The time, for what has to be given back whatever the clock does.</summary>
    /// <param name="otherwise">What is taken for it when the clock throws.</param>
    public long NowOr(long otherwise)
    {
        try
        {
            return Now();
        }
#pragma warning disable CA1031 // A clock that throws costs a duration, not a permit.
        catch (Exception)
#pragma warning restore CA1031
        {
            return otherwise;
        }
    }

    public TimeSpan Span(long stamps) => new(Math.Max(0, (long)(stamps * _ticksPerStamp)));

    public long Stamps(TimeSpan span) => (long)(span.Ticks / _ticksPerStamp);

    /// <summary>Unique and cheap: the router's random half and the call number, marked as a UUID of version 8 (RFC 9562, custom).</summary>
    public Guid CallId(long sequence) => new(
        (uint)(_idHigh >> 32),
        (ushort)(_idHigh >> 16),
        (ushort)(0x8000 | (_idHigh & 0x0FFF)),
        (byte)(0x80 | ((sequence >> 56) & 0x3F)),
        (byte)(sequence >> 48),
        (byte)(sequence >> 40),
        (byte)(sequence >> 32),
        (byte)(sequence >> 24),
        (byte)(sequence >> 16),
        (byte)(sequence >> 8),
        (byte)sequence);

    /// <summary>Tells everybody who asked about an ended attempt. Nothing that listens can change the call.</summary>
    public void Report(LlmAttempt attempt)
    {
        foreach (var observer in _observers)
        {
            try
            {
                observer.OnAttempt(attempt);
            }
#pragma warning disable CA1031 // The one place where a foreign observer's fault stops.
            catch (Exception error)
#pragma warning restore CA1031
            {
                ObserverFailed(observer, error);
            }
        }

        try
        {
            Log.Attempt(Logger, attempt);
        }
#pragma warning disable CA1031 // A logger that throws is the end of the line: there is nobody left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Says once per vendor and model that its tokens have no price.</summary>
    public void WarnUnpriced(ProviderInfo provider)
    {
        if (_unpriced.TryAdd((provider.Vendor, provider.Model)))
            Guard(() => Log.PriceUnknown(Logger, provider.Vendor, provider.Model));
    }

    /// <summary>Whether the cut prompts of a provider are still to be warned of.</summary>
    public bool MayWarnTruncated(string provider) => Logger.IsEnabled(LogLevel.Warning) && !_truncated.Contains(provider);

    /// <summary>Says once per provider that it seems to cut prompts silently.</summary>
    public void WarnTruncated(string provider, int reported, int estimate)
    {
        if (_truncated.TryAdd(provider))
            Guard(() => Log.PromptTruncated(Logger, provider, reported, estimate));
    }

    /// <summary>Says once per vendor and model that its price is an old one, with both numbers.</summary>
    public void WarnOutdated(ProviderInfo provider, ModelPrice price)
    {
        if (Prices.KnownTariff(provider.Vendor, provider.Model) is { } tariff && _outdated.TryAdd((provider.Vendor, provider.Model)))
            Guard(() => Log.PriceOutdated(Logger, provider.Vendor, provider.Model, price.PromptPer1K, tariff.PromptPer1K, Currency, tariff.AsOf));
    }

    /// <summary>0.8 to 1.2, by chance: what happened to many at the same moment must not come back at the same moment.</summary>
    public double Jitter() => 0.8 + (0.4 * Chance());

    /// <summary>How long to wait before a provider is asked again, by chance within the bounds.</summary>
    /// <param name="retryAfter">What its vendor asked for.</param>
    public TimeSpan RetryDelay(TimeSpan? retryAfter)
    {
        var delay = Waits.Sum(Retry.MinDelay, Waits.Product(Retry.MaxDelay - Retry.MinDelay, Chance()));
        // Later than asked for, never earlier: timers count whole milliseconds.
        var asked = retryAfter is { } after ? Waits.Sum(Waits.Product(after, 1 + (0.09 * Chance())), TimeSpan.FromMilliseconds(2)) : TimeSpan.Zero;
        return asked > delay ? asked : delay;
    }

    public void HealthChanged(string provider, HealthChange change) => Guard(() =>
    {
        switch (change.To)
        {
            case HealthChange.Kind.Ejected:
                Log.ProviderEjected(Logger, provider, change.Reason, change.For);
                break;
            case HealthChange.Kind.Trial:
                Log.ProviderTried(Logger, provider);
                break;
            case HealthChange.Kind.Excluded:
                Log.ProviderExcluded(Logger, provider, change.Reason, change.For);
                break;
            default:
                Log.ProviderAvailable(Logger, provider);
                break;
        }
    });

    public void TokenCountFailed(string provider, Exception error) => Guard(() => Log.TokenCountFailed(Logger, provider, error));

    public void EventSkipped(string provider, Exception error) => Guard(() => Log.EventSkipped(Logger, provider, error));

    public void DisposalFailed(string provider, Exception error) => Guard(() => Log.ProviderDisposalFailed(Logger, provider, error));

    /// <summary>Tells all calls that the router is disposed. On this thread, for nothing but our own code is registered, and none of it blocks.</summary>
    public void Cancel() => _disposing.Cancel();

    /// <summary>Cancels: the token says so at once. What a provider registered for it runs on the pool, because it may block, and what that
    /// throws is logged.</summary>
    public void Quietly(CancellationTokenSource source)
    {
        var callbacks = source.CancelAsync();
        if (!callbacks.IsCompletedSuccessfully)
            _ = WatchAsync(callbacks);
    }

    private async Task WatchAsync(Task callbacks)
    {
        try
        {
            await callbacks.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A provider's cancellation callback must not break the timer or the caller that cancels.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Guard(() => Log.CancellationCallbackFailed(Logger, error));
        }
    }

    /// <summary>Runs something that logs; a logger that throws is the end of the line.</summary>
    public static void Guard(Action log)
    {
        try
        {
            log();
        }
#pragma warning disable CA1031 // There is nobody left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>A number from 0 to 1. A source of chance that throws, or gives another number, costs the spread of a delay.</summary>
    private double Chance()
    {
        try
        {
            if (_random.NextDouble() is >= 0 and <= 1 and var chance)
                return chance;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
            // As with any other number that is none.
        }

        return 0.5;
    }

    private static long Half(Random random)
    {
        try
        {
            return random.NextInt64();
        }
#pragma warning disable CA1031 // Ids need chance, whatever the caller's source does.
        catch (Exception)
#pragma warning restore CA1031
        {
            return LockedRandom.Default.NextInt64();
        }
    }

    // Lambdas of their own methods: in a method that every call goes through, their captures would be allocated on every call.
    private void ObserverFailed(IUsageObserver observer, Exception error) => Guard(() => Log.ObserverFailed(Logger, observer.GetType().Name, error));
}
