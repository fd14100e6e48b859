using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Hands out the updates of a call one by one.</summary>
/// <remarks>Written as an enumerator: an iterator method costs every call an object more, and an update a second state machine.</remarks>
internal sealed class StreamedCall : IAsyncEnumerator<ChatResponseUpdate>
{
    private readonly RouteCall _call;
    private StreamTurn _turn;

    /// <param name="input">What was asked.</param>
    /// <param name="planner">Makes the call's plans.</param>
    /// <param name="mayRestart">Whether an answer that breaks after its first content is started over at the next provider.</param>
    /// <param name="showsProgress">Whether progress without content is handed out too: to a router around this one.</param>
    public StreamedCall(CallInput input, RoutePlanner planner, bool mayRestart, bool showsProgress = false)
    {
        _call = new RouteCall(input, planner, this, mayRestart);
        ShowsProgress = showsProgress;
    }

    public bool ShowsProgress { get; }

    public ChatResponseUpdate Current => _call.Current;

    /// <summary>Fires when the caller cancels.</summary>
    public CancellationToken Token => _call.Input.Token;

    /// <summary>Whether the consumer has disposed the stream while an update was awaited. From any thread.</summary>
    public bool IsAbandoned => _turn.IsAbandoned;

    public ValueTask<bool> MoveNextAsync()
    {
        if (!_turn.TryMove())
            return ValueTask.FromException<bool>(CallErrors.TwoReaders());
        var caller = CallerContext.Capture();
        try
        {
            var step = _call.Resume(out var wait);
            return step != CallStep.Wait && _turn.TryEndMove() ? new(step == CallStep.Update) : GoOnAsync(step, wait);
        }
#pragma warning disable CA1031 // Thrown by the task.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return GoOnAsync(CallStep.Wait, ValueTask.FromException(error));
        }
        finally
        {
            caller.Restore();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> GoOnAsync(CallStep step, ValueTask wait)
    {
        try
        {
            while (step == CallStep.Wait)
            {
                await wait.ConfigureAwait(false);
                step = _call.Continue(out wait);
            }

            return step == CallStep.Update;
        }
        catch (Exception error)
        {
            await _call.CloseAsync(error).ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (!_turn.TryEndMove())
            {
                // Disposed meanwhile. What came is handed out, and is the last.
                await _call.CloseAsync().ConfigureAwait(false);
                _turn.End();
            }
        }
    }

    /// <summary>The consumer has read to the end, or abandons the stream.</summary>
    /// <exception cref="NotSupportedException">An update is still awaited, as with any iterator. The disposal stands all the same: the call
    /// is cancelled, and the update that is awaited closes the stream.</exception>
    public async ValueTask DisposeAsync()
    {
        switch (_turn.Dispose())
        {
            case StreamTurn.Disposal.Closes:
                await _call.CloseAsync().ConfigureAwait(false);
                _turn.End();
                return;
            case StreamTurn.Disposal.Abandons:
                _call.Abandon();
                throw CallErrors.StillAwaited();
            case StreamTurn.Disposal.IsAbandoned:
                throw CallErrors.StillAwaited();
        }
    }
}
