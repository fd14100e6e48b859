namespace Orchestrator;

/// <summary>
/// One call that waits for a free place at any of several full providers. Whoever takes it first, a place or the call giving up, has it;
/// everybody else passes it over.
/// </summary>
internal sealed class PlaceWaiter
{
    private readonly TaskCompletionSource<ProviderSlot?> _place = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <summary>The slot that has a place, counted in already; null when a slot left the list and the plan has to be made anew.</summary>
    public Task<ProviderSlot?> Place => _place.Task;

    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Hands over what was taken. Runs none of the call's code.</summary>
    public void Give(ProviderSlot? slot) => _place.SetResult(slot);
}
