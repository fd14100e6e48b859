using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Cancels token sources whose tokens were given to providers. A provider's callback may block, so the callbacks do not run on the
/// thread that cancels, and only one cancellation at a time may use the thread pool. Exceptions of callbacks are logged.
/// Thread-safe.</summary>
internal sealed class ForeignCancellation(ForeignWork work, ILogger logger)
{
    private int _onPool;

    /// <summary>Cancels, and returns at once.</summary>
    public void Cancel(CancellationTokenSource source) => _ = CancelAsync(source);

    /// <summary>Like <see cref="Cancel"/>; completes, and never fails, when all callbacks have run.</summary>
    public Task CancelAsync(CancellationTokenSource source)
    {
        if (source.IsCancellationRequested)
            return Task.CompletedTask;
        // One cancellation at a time may use a pool thread, so that the token is cancelled at once. If its callbacks block, further
        // cancellations must not block more pool threads.
        if (Interlocked.CompareExchange(ref _onPool, 1, 0) != 0)
        {
            var cancelling = work.RunAsync(source, static s =>
            {
                s.Cancel();
                return default;
            });
            return WatchAsync(cancelling, wasOnPool: false);
        }

        var callbacks = source.CancelAsync();
        if (!callbacks.IsCompletedSuccessfully)
            return WatchAsync(callbacks, wasOnPool: true);
        Volatile.Write(ref _onPool, 0);
        return Task.CompletedTask;
    }

    private async Task WatchAsync(Task callbacks, bool wasOnPool)
    {
        try
        {
            await callbacks.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A provider's cancellation callback must not break the timer or the caller that cancels.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.CancellationCallbackFailed(logger, error);
        }

        if (wasOnPool)
            Volatile.Write(ref _onPool, 0);
    }
}
