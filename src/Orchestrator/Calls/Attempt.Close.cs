namespace Orchestrator;

/// <summary>Closing the provider's sequence: at once, within a second, or when an orphaned provider comes to its end.</summary>
internal sealed partial class Attempt
{
    private bool _isOrphaned;
    private int _partsEnded;

    /// <summary>Closes the provider's sequence and settles the attempt: outcome, usage, cost, health. Once; never throws.</summary>
    public ValueTask<AttemptResult> EndAsync()
    {
        try
        {
            if (_enumerator is not null && !_isOrphaned)
            {
                _trace.Enter();
                var close = _enumerator.DisposeAsync();
                if (!close.IsCompletedSuccessfully)
                    return EndSlowlyAsync(close);
            }
        }
#pragma warning disable CA1031 // Whatever a provider throws is the attempt's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            FailedToClose(error);
        }

        return new(Settle());
    }

    private async ValueTask<AttemptResult> EndSlowlyAsync(ValueTask close)
    {
        Task? closing = null;
        try
        {
            closing = close.AsTask();
            // Its consumer has left early. What its end waits for may be its token, which would never fire.
            if (!_reachedEnd && _error is null)
                CancelProvider();
            await closing.WaitAsync(AttemptClock.Grace, Services.Clock.Time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a provider throws is the attempt's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            FailedToClose(error);
            if (closing is { IsCompleted: false })
            {
                // It still runs, whether its second is over or the clock has failed: it is cancelled, and its provider is not disposed.
                _isOrphaned = true;
                CancelProvider();
                _ = CloseOrphanAsync(closing);
                // Not on the timer's thread: what follows is the rest of the call.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }

        return Settle();
    }

    private void FailedToClose(Exception error)
    {
        // A complete answer is in hand, or a better reason is known: the fault is logged, the call goes on.
        if (_error is null && _reachedEnd && !_answer.HasContent)
        {
            _reachedEnd = false;
            Failed(error);
        }
        else if (_reachedEnd || error is not OperationCanceledException || _attemptClock is not { IsCancelled: true })
        {
            Log.ProviderDisposalFailed(Services.Logger, Registered.Info.Name, error);
        }
    }

    private void CancelProvider() => AttemptClock.CancelProvider();

    /// <summary>The call goes on without its provider, which has been cancelled and does not come back.</summary>
    private void Orphan()
    {
        _isOrphaned = true;
        Log.ProviderOrphaned(Services.Logger, Registered.Info.Name);
    }

    /// <summary>The orphaned provider has come back after all.</summary>
    private void OnOrphanReturned()
    {
        try
        {
            _ = _attemptClock!.Pull!.Result();
        }
#pragma warning disable CA1031 // The attempt has ended long ago: its result is not waited for.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Looked at, so that it is not raised as an unobserved one.
        }

        _ = CloseOrphanAsync(null);
    }

    /// <summary>Gives back what the orphan has kept when the last of its code has run; closes its sequence unless that runs.</summary>
    private async Task CloseOrphanAsync(Task? closing)
    {
        try
        {
            if (closing is null)
            {
                // Not here: closing may block, and this thread is that of whatever brought the provider back.
                await Services.Foreign.RunAsync(_enumerator!, static updates => updates.DisposeAsync()).ConfigureAwait(false);
            }
            else
            {
                await closing.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_attemptClock is { IsCancelled: true })
        {
            // What its cancellation was for.
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.ProviderDisposalFailed(Services.Logger, Registered.Info.Name, error);
        }

        ReleaseOrphan();
    }

    /// <summary>An orphan's attempt is over when it is settled and the orphan's code has ended; the later of the two gives back.</summary>
    private void ReleaseOrphan()
    {
        if (Interlocked.Increment(ref _partsEnded) == 2)
            Registered.ReleaseOrphan();
    }
}
