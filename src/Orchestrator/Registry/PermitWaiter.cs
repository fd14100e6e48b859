namespace Orchestrator;

/// <summary>
/// One call that waits for a free permit at any of several full providers. The first to take it, a permit or the call that stops waiting,
/// has it; all others pass it over.
/// </summary>
internal sealed class PermitWaiter
{
    private readonly TaskCompletionSource<RegisteredProvider?> _permit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <summary>The slot that has a permit, counted in already; null when a slot left the list and the plan has to be made anew.</summary>
    public Task<RegisteredProvider?> Permit => _permit.Task;

    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Hands over what was taken. Runs none of the call's code.</summary>
    public void Give(RegisteredProvider? slot) => _permit.SetResult(slot);
}
