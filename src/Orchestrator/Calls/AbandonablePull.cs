using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Orchestrator;

/// <summary>
/// Awaits a provider's next update, and can be ended from outside when the provider does not come back: the first of the two wins, and a
/// provider that comes back later is an orphan. One per attempt, made at its first real wait and used for all of them, so that a wait
/// allocates nothing.
/// </summary>
internal sealed class AbandonablePull : IValueTaskSource<bool>
{
    private readonly Action _onReturn;
    private readonly Action _onOrphan;
    private ManualResetValueTaskSourceCore<bool> _core;
    private ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter _pull;
    private int _passed;

    public AbandonablePull(Action onOrphan)
    {
        _onOrphan = onOrphan;
        _onReturn = OnReturn;
    }

    /// <summary>Completes with true when the provider came back (read <see cref="Result"/>), with false when it was orphaned.</summary>
    public ValueTask<bool> WaitAsync(ValueTask<bool> pull)
    {
        _core.Reset();
        // A timer that is late with the wait before may open this one at any moment from here on.
        Volatile.Write(ref _passed, 0);
        _pull = pull.ConfigureAwait(false).GetAwaiter();
        var wait = new ValueTask<bool>(this, _core.Version);
        _pull.UnsafeOnCompleted(_onReturn);
        return wait;
    }

    /// <summary>What the provider answered; throws what it threw.</summary>
    public bool Result() => _pull.GetResult();

    /// <summary>
    /// True when the provider has not come back: from now on its return is the orphan's. For a wait that is not going to be awaited.
    /// </summary>
    public bool TryOrphan() => Interlocked.Exchange(ref _passed, 1) == 0;

    /// <summary>Ends the wait without the provider.</summary>
    public void Orphan()
    {
        if (TryOrphan())
        {
            // Not on the timer's thread: what follows is the rest of the call.
            _core.RunContinuationsAsynchronously = true;
            _core.SetResult(false);
        }
    }

    public bool GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnReturn()
    {
        if (Interlocked.Exchange(ref _passed, 1) == 0)
            _core.SetResult(true);
        else
            _onOrphan();
    }
}
