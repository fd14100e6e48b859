using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>One token for two, like that of a linked source, whose disposal would wait for a callback that runs.</summary>
internal sealed class LinkedCancellation
{
    private readonly CancellationTokenSource _both = new();
    private readonly CancellationTokenRegistration _first;
    private readonly CancellationTokenRegistration _second;

    private readonly CancellationToken _firstToken;
    private readonly CancellationToken _secondToken;

    public LinkedCancellation(CancellationToken first, CancellationToken second)
    {
        (_firstToken, _secondToken) = (first, second);
        _first = first.UnsafeRegister(static both => ((CancellationTokenSource)both!).Cancel(), _both);
        _second = second.UnsafeRegister(static both => ((CancellationTokenSource)both!).Cancel(), _both);
    }

    public CancellationToken Token => _both.Token;

    /// <summary>The one of the two that was cancelled; the first where both were.</summary>
    public CancellationToken Fired => _firstToken.IsCancellationRequested ? _firstToken : _secondToken;

    /// <summary>
    /// To be awaited after a wait that was cancelled: continuations run inline on the thread that cancels, and what the call goes on to do,
    /// its caller's own code included, must not hold that thread up.
    /// </summary>
    public static ConfiguredTaskAwaitable LeaveCancellingThread() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    /// <summary>Ends what waits for either, without either.</summary>
    public void Cancel() => _both.Cancel();

    /// <summary>Neither of the two keeps anything of this from now on.</summary>
    public void Unlink()
    {
        _first.Unregister();
        _second.Unregister();
    }
}
