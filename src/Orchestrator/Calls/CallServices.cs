using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What every call of one router shares: the options as they were at construction, and the services of the layers below.</summary>
/// <param name="calls">The totals of its calls.</param>
internal sealed class CallServices(CallTotals calls)
{
    private readonly CancellationTokenSource _disposing = new();
    private long _arrivals;

    public required RouterClock Clock { get; init; }

    /// <summary>A logger that does not throw.</summary>
    public required ILogger Logger { get; init; }

    public required TokenCounter Counter { get; init; }

    public required PricingTable Prices { get; init; }

    public required int? MaxAttempts { get; init; }

    public required MidStreamMode MidStream { get; init; }

    public required RefusalAction RefusalAction { get; init; }

    public required KnownError[] KnownErrors { get; init; }

    public required ErrorRules Rules { get; init; }

    public required RetryOptions Retry { get; init; }

    public required HealthOptions Health { get; init; }

    public required RetryBudget Budget { get; init; }

    public required Backoff Backoff { get; init; }

    public required Chance Chance { get; init; }

    public required CallIds Ids { get; init; }

    public HandedOut HandedOut { get; } = new();

    public required Reports Reports { get; init; }

    public required Telemetry Telemetry { get; init; }

    public required OnceLog Once { get; init; }

    public CallTotals Calls => calls;

    public RunningCalls Running { get; } = new(calls);

    /// <summary>Threads for code of providers that may block.</summary>
    public required ForeignWork Foreign { get; init; }

    public required ForeignCancellation Cancellation { get; init; }

    public CancellationToken Disposing => _disposing.Token;

    public bool IsDisposing => _disposing.IsCancellationRequested;

    /// <summary>
    /// Tells all calls that the router is disposed. On this thread, for nothing but our own code is registered, and none of it blocks.
    /// </summary>
    public void Cancel()
    {
        Running.NoteDisposal();
        _disposing.Cancel();
    }

    /// <summary>The number of a call that comes to wait for a permit, from 1: every line is in this order.</summary>
    public long NextArrival() => Interlocked.Increment(ref _arrivals);

    /// <summary>Logs the changes of a provider's health that are not logged yet, each once.</summary>
    /// <returns>Whether there were any.</returns>
    public bool LogChanges(ProviderState state) => state.HasChanges && LogChangesOf(state);

    private bool LogChangesOf(ProviderState state)
    {
        foreach (var change in state.TakeChanges())
        {
            Telemetry.AddChange(state.Name, change.To);
            switch (change.To)
            {
                case ProviderAvailability.Ejected:
                    Log.ProviderEjected(Logger, state.Name, change.ErrorKind, change.For);
                    break;
                case ProviderAvailability.Trial:
                    Log.ProviderTried(Logger, state.Name);
                    break;
                case ProviderAvailability.Excluded:
                    Log.ProviderExcluded(Logger, state.Name, change.Reason, change.ErrorKind, change.For);
                    break;
                default:
                    Log.ProviderAvailable(Logger, state.Name);
                    break;
            }
        }

        return true;
    }
}
