namespace Orchestrator;

/// <summary>
/// Who still uses one provider object: the slots that list it and the attempts that run on it. Closed once, when both are none. Guarded by
/// the lock of the <see cref="ProviderState"/>, except <see cref="CloseAsync"/>.
/// </summary>
internal sealed class ProviderLease(ILlmProvider provider)
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _slots;
    private int _attempts;

    /// <summary>Completes when nobody uses the provider any more and it is disposed, if it was ours to dispose.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Whether the router must not dispose it, as the last registration said.</summary>
    public bool LeaveOpen { get; set; }

    /// <summary>Whether a slot lists the provider. Safe to ask without the lock.</summary>
    public bool IsListed => Volatile.Read(ref _slots) > 0;

    public void AddSlot() => _slots++;

    public void AddAttempt() => _attempts++;

    /// <summary>True when that was the last use: the caller closes it after leaving the lock.</summary>
    public bool RemoveSlot() => --_slots == 0 && _attempts == 0;

    /// <inheritdoc cref="RemoveSlot"/>
    public bool RemoveAttempt() => --_attempts == 0 && _slots == 0;

    public async Task CloseAsync(string name, RouterContext context)
    {
        try
        {
            if (LeaveOpen)
                return;
            if (provider is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync().ConfigureAwait(false);
            else
                (provider as IDisposable)?.Dispose();
        }
#pragma warning disable CA1031 // A provider that fails to close must not take the call that closed it down with it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            context.DisposalFailed(name, error);
        }
        finally
        {
            _closed.TrySetResult();
        }
    }
}
