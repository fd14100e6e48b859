using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// One call, and the one loop: plan, attempt, next attempt, result. Streamed and buffered calls run the same loop and differ only in when
/// an answer is committed; a buffered call hands out nothing on the way and ends with its result. Used by one caller at a time.
/// </summary>
/// <remarks>Written as an enumerator: an iterator method costs every call an object more, and an update a second state machine.</remarks>
internal sealed partial class RouteCall : IAsyncEnumerator<ChatResponseUpdate>, IRunningCall
{
    private readonly CallInput _call;
    private readonly RoutePlanner _planner;
    private CallClock _clock;
    private MadeAttempts _made = new();
    private NextProvider _next;
    private Attempt? _attempt;
    private List<ChatResponseUpdate>? _released;
    private RouteResult? _result;
    private LlmException? _broken;
    private LinkedCancellation? _wait;
    private TimeSpan _queuedFor;
    private AttemptOutcome _outcome = AttemptOutcome.Failed;
    private int _handedOut;
    private StreamTurn _turn;
    private bool _begun;
    private bool _ended;

    public RouteCall(CallInput call, RoutePlanner planner)
    {
        _call = call;
        _planner = planner;
    }

    public ChatResponseUpdate Current { get; private set; } = null!;

    /// <summary>Whether a live answer that breaks after its first content is started over at the next provider.</summary>
    public bool MayRestart { get; set; }

    /// <summary>Fires when the caller cancels.</summary>
    public CancellationToken Token => _call.Token;

    public bool IsAbandoned => _turn.IsAbandoned;

    public bool HasAnother => _next.MayTryMore(Services, _made.Count + 1) && _next.Plan!.HasAnotherAvailable;

    private CallServices Services => _call.Services;

    /// <summary>Whether nothing more may be asked: the call is cancelled or abandoned.</summary>
    private bool MustStop => _call.IsCancelled || IsAbandoned;

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
        if (!_turn.TryMove())
            throw CallErrors.TwoReaders();
        try
        {
            if (_ended)
                return false;
            BeginOrResume();
            while (true)
            {
                if (_released is not null && _handedOut < _released.Count)
                    return HandOut(_released[_handedOut++]);
                if (_result is not null)
                {
                    End();
                    return false;
                }

                if (_attempt is null)
                {
                    if (_next.Retry is { } retry)
                        await WaitForRetryAsync(retry).ConfigureAwait(false);
                    if (MustStop)
                        throw Stopped();
                    if (_next.Plan is null)
                        await PlanAsync().ConfigureAwait(false);
                    if (TakeStep() == NextStep.WaitForPermit)
                        await WaitForPermitAsync().ConfigureAwait(false);
                    if (_attempt is null)
                        continue;
                    if (_broken is not null)
                        return HandOut(new ChatResponseUpdate { Contents = [new RestartContent(_attempt.Input.Provider.Info, _broken)] });
                }

                if (await _attempt.NextAsync().ConfigureAwait(false))
                {
                    if (!_call.Live || !_attempt.Committed || _attempt.HasNothing)
                        continue;
                    if (!_attempt.HasHeld)
                        return HandOut(_attempt.Current);
                    Release(_attempt.TakeHeld());
                    continue;
                }

                await EndAttemptAsync(_attempt).ConfigureAwait(false);
            }
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (!_turn.TryEndMove())
            {
                // Disposed meanwhile. What came is handed out, and is the last.
                await CloseAsync().ConfigureAwait(false);
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
                await CloseAsync().ConfigureAwait(false);
                _turn.End();
                return;
            case StreamTurn.Disposal.Abandons:
                _attempt?.Abandon();
                Volatile.Read(ref _wait)?.Cancel();
                throw CallErrors.StillAwaited();
            case StreamTurn.Disposal.IsAbandoned:
                throw CallErrors.StillAwaited();
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_attempt is { } running)
        {
            _attempt = null;
            Take(await running.EndAsync().ConfigureAwait(false));
        }

        End();
    }

    // Permits and results are kept out of the loop's method, which would clear room for them at every update.
    private NextStep TakeStep()
    {
        var step = _next.Choose(_call, _made, _broken, out var permit);
        if (step == NextStep.Attempt)
            Begin(permit);
        return step;
    }

    private ValueTask EndAttemptAsync(Attempt ended)
    {
        // An attempt ends once, whatever its end throws.
        _attempt = null;
        var end = ended.EndAsync();
        if (!end.IsCompletedSuccessfully)
            return EndLaterAsync(ended, end);
        GoOnAfter(ended, end.Result);
        return default;
    }

    private async ValueTask EndLaterAsync(Attempt ended, ValueTask<AttemptResult> end) => GoOnAfter(ended, await end.ConfigureAwait(false));

    private void Take(in AttemptResult result)
    {
        if (result.Record is null)
            return;
        _made.Add(result.Record);
        _clock.Add(result);
        _queuedFor = TimeSpan.Zero;
    }

    private void Succeed(Attempt attempt, LlmAttempt record)
    {
        _outcome = AttemptOutcome.Succeeded;
        var response = _call.Live ? null : attempt.Response(record.Usage);
        var latency = Services.Clock.Span(_clock.Finish(Services.Clock.Now()));
        _result = CallResult.Of(record, _made.Records, latency, response);
        if (!_call.Live)
            return;
        // An empty answer with a finish reason never committed: it goes out now that it is known to be one.
        Release(attempt.TakeHeld());
        _released!.Add(attempt.ClosingUpdate(_result));
    }

    /// <summary>Returns when there is a result, or another attempt may be made; throws what ends the call otherwise.</summary>
    private void GoOnAfter(Attempt attempt, in AttemptResult result)
    {
        Take(result);
        if (result.Record is not { } record || record.Outcome is AttemptOutcome.Cancelled or AttemptOutcome.Abandoned)
            throw Stopped();
        if (record.Outcome == AttemptOutcome.Succeeded)
        {
            Succeed(attempt, record);
            return;
        }

        if (result.CallExpired)
            throw Exhausted();
        if (_next.EndAfter(attempt.Input, result, _made, TimeLeftAt(attempt.Input.Provider), _broken, MayRestart) is { } end)
            throw end;
        if (result.Committed)
            _broken = record.Error;
    }

    private void Begin(in GrantedPermit permit)
    {
        var spentBefore = Services.Clock.Span(_clock.Counted);
        _attempt = new Attempt(
            new(_call, this, permit.Provider, permit.Role, permit.Ticket, _made.Count + 1, _queuedFor, spentBefore), permit.Since);
    }

    private Exception Stopped()
    {
        _outcome = _call.IsCancelled ? AttemptOutcome.Cancelled : AttemptOutcome.Abandoned;
        return CallErrors.Stopped(_call);
    }

    private LlmException Exhausted() => CallErrors.Exhausted(_made.Records, _broken);

    private void Release(List<ChatResponseUpdate> updates)
    {
        _released = updates;
        _handedOut = 0;
    }

    private bool HandOut(ChatResponseUpdate update)
    {
        Current = update;
        var now = Services.Clock.Now();
        _clock.Pause(now);
        _attempt?.Pause(now);
        return true;
    }

    private void BeginOrResume()
    {
        if (!_begun)
        {
            _begun = true;
            _clock.Start(Services.Clock.Now());
        }
        else if (_clock.IsPaused)
        {
            var now = Services.Clock.Now();
            _clock.Resume(now);
            _attempt?.Resume(now);
        }
    }

    /// <summary>Counts the call, once, however it ended.</summary>
    private void End()
    {
        if (_ended)
            return;
        _ended = true;
        _call.Release();
        _next.End(Services.Budget);
        // Never asked for its first update: nothing was called.
        if (!_begun)
            return;
        if (_clock.IsPaused && _outcome == AttemptOutcome.Failed)
            _outcome = AttemptOutcome.Abandoned;
        // A consumer that disposes after the completion mark had a whole answer; one that has cancelled before has cancelled.
        if (_outcome == AttemptOutcome.Abandoned && _made.Last is { Outcome: AttemptOutcome.Succeeded or AttemptOutcome.Cancelled } last)
            _outcome = last.Outcome;
        var (whole, overhead) = _clock.End(Services.Clock, _call.Live);
        Services.Calls.Add(_outcome, Services.Clock.Span(whole).TotalSeconds, Services.Clock.Seconds(overhead), _made.Records);
    }
}
