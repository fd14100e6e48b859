using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// One call, and the one loop: plan, attempt, next attempt, result. Streamed and buffered calls run the same loop and differ only in when
/// an answer is committed; a buffered call hands out nothing on the way and ends with its result. Used by one caller at a time.
/// </summary>
/// <remarks>
/// Written out as an enumerator instead of an iterator method: every call makes one object less, and an update costs no second state machine.
/// </remarks>
internal sealed partial class RouteCall : IAsyncEnumerator<ChatResponseUpdate>
{
    private readonly RoutePlanner _planner;
    private RoutePlan? _plan;
    private Attempt? _attempt;
    private List<ChatResponseUpdate>? _queue;
    private int _queued;
    private int _triedBefore;
    private bool _asked;
    private bool _overtaken;
    private int _turn;
    private LinkedCancellation? _wait;

    public ChatResponseUpdate Current { get; private set; } = null!;

    /// <summary>Runs a buffered call to its end.</summary>
    public Task<LlmResponse> CollectAsync()
    {
        var run = MoveNextAsync();
        if (!run.IsCompletedSuccessfully)
            return CollectLaterAsync(run);
        _ = run.Result;
        return Task.FromResult((LlmResponse)_result!);
    }

    private async Task<LlmResponse> CollectLaterAsync(ValueTask<bool> run)
    {
        await run.ConfigureAwait(false);
        return (LlmResponse)_result!;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> MoveNextAsync()
    {
        if (Interlocked.CompareExchange(ref _turn, Turn.Moving, Turn.Idle) != Turn.Idle)
            throw new InvalidOperationException("The update before is still awaited; a stream is read by one reader, one update at a time.");
        try
        {
            if (_ended)
                return false;
            if (!_asked)
            {
                _asked = true;
                Started = Services.Clock.Now();
            }

            Resume();
            while (true)
            {
                if (_queue is not null && _queued < _queue.Count)
                    return HandOut(_queue[_queued++]);
                if (_result is not null)
                {
                    End();
                    return false;
                }

                if (_attempt is null)
                {
                    if (_again is not null)
                        await WaitForRetryAsync().ConfigureAwait(false);
                    if (MustStop)
                        throw GivenUp();
                    if (_plan is null)
                    {
                        _triedBefore = AttemptCount;
                        _overtaken = false;
                        try
                        {
                            _plan = await _planner.PlanAsync(this).ConfigureAwait(false);
                        }
                        catch (Exception) when (MustStop)
                        {
                            await OffTheCancellersThreadAsync();
                            // Whatever planning ran into meanwhile: a list that was emptied, or a probe waited for with a token that is
                            // none of the caller's own.
                            throw GivenUp();
                        }
                        catch (LlmException) when (AttemptCount > 0)
                        {
                            throw Exhausted();
                        }
                    }

                    _attempt = Next();
                    if (_attempt is null && _plan is not null)
                        _attempt = await WaitForPlaceAsync().ConfigureAwait(false);
                    if (_attempt is null)
                        continue;
                    if (_broken is not null)
                        return HandOut(new ChatResponseUpdate { Contents = [new RestartContent(_attempt.Slot.Info, _broken)] });
                }

                if (await _attempt.NextAsync().ConfigureAwait(false))
                {
                    if (!Live || !_attempt.Committed || _attempt.HasNothing)
                        continue;
                    if (!_attempt.HasHeld)
                        return HandOut(_attempt.Current);
                    Enqueue(_attempt.TakeHeld());
                    continue;
                }

                // An attempt ends once, whatever its end throws.
                var ended = _attempt;
                _attempt = null;
                await ended.EndAsync().ConfigureAwait(false);
                if (!ended.WasAsked)
                    throw GivenUp();
                if (ended.Record.Outcome == AttemptOutcome.Succeeded)
                    Succeed(ended);
                else
                    Judge(ended);
            }
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _turn, Turn.Idle, Turn.Moving) != Turn.Moving)
            {
                // Disposed meanwhile. What came is handed out, and is the last.
                await CloseAsync().ConfigureAwait(false);
                Volatile.Write(ref _turn, Turn.Idle);
            }
        }
    }

    /// <summary>The consumer is through, or leaves early.</summary>
    /// <exception cref="NotSupportedException">An update is still awaited, as with any iterator. The disposal stands all the same: the call is
    /// cancelled, and the update that is awaited closes the stream.</exception>
    public async ValueTask DisposeAsync()
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _turn, Turn.Closing, Turn.Idle))
            {
                case Turn.Idle:
                    await CloseAsync().ConfigureAwait(false);
                    Volatile.Write(ref _turn, Turn.Idle);
                    return;
                case Turn.Closing:
                    return;
                case Turn.Moving when Interlocked.CompareExchange(ref _turn, Turn.Left, Turn.Moving) == Turn.Moving:
                    _attempt?.GiveUp();
                    Volatile.Read(ref _wait)?.Cancel();
                    throw StillAwaited();
                case Turn.Left:
                    throw StillAwaited();
            }
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_attempt is { } running)
        {
            _attempt = null;
            await running.EndAsync().ConfigureAwait(false);
        }

        End();
    }

    private static NotSupportedException StillAwaited() =>
        new("An update is still awaited. The call is cancelled and the stream closes with that update; to wait for it, cancel the call and await the update before disposing.");

    private void Succeed(Attempt attempt)
    {
        _outcome = AttemptOutcome.Succeeded;
        _result = ResultOf(attempt);
        if (!Live)
            return;
        // An empty answer with a finish reason never committed: it goes out now that it is known to be one.
        Enqueue(attempt.TakeHeld());
        _queue!.Add(Closing(attempt));
    }

    private void Enqueue(List<ChatResponseUpdate> updates)
    {
        _queue = updates;
        _queued = 0;
    }

    private bool HandOut(ChatResponseUpdate update)
    {
        Current = update;
        Pause();
        return true;
    }

    /// <summary>Whose turn it is: that of the reader, or of the consumer that leaves.</summary>
    private static class Turn
    {
        public const int Idle = 0;
        public const int Moving = 1;

        /// <summary>Disposed while an update is awaited: that one closes the stream.</summary>
        public const int Left = 2;
        public const int Closing = 3;
    }
}
