namespace Orchestrator;

/// <summary>
/// One call that waits for a free permit at any of several full providers. It is taken once: by the first permit that becomes free, or by
/// the call itself when it stops waiting. Later permits go to the next call.
/// </summary>
internal sealed class PermitWaiter
{
    private readonly TaskCompletionSource<RegisteredProvider?> _permit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <summary>The provider that gave a permit, which is already counted as in flight; null when a provider left the list and the call has
    /// to make a new plan.</summary>
    public Task<RegisteredProvider?> Permit => _permit.Task;

    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Completes <see cref="Permit"/> after <see cref="TryTake"/>. Runs none of the call's code on this thread.</summary>
    public void Give(RegisteredProvider? registered) => _permit.SetResult(registered);
}
