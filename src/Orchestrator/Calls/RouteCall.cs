using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// One call, and the one loop: plan, attempt, next attempt, result. Streamed and buffered calls run the same loop and differ only in when
/// an answer is committed; a buffered call hands out nothing on the way and ends with its result. Used by one caller at a time.
/// </summary>
/// <param name="call">What was asked.</param>
/// <param name="planner">Makes its plans.</param>
/// <param name="consumer">Whom its updates go to; null for a buffered call.</param>
/// <param name="mayRestart">Whether a live answer that breaks after its first content is started over at the next provider.</param>
internal sealed partial class RouteCall(CallInput call, RoutePlanner planner, StreamedCall? consumer = null, bool mayRestart = false)
    : IRunningCall
{
    private CallClock _callClock;
    private MadeAttempts _made = new();
    private ProviderChoice _next;
    private Attempt? _attempt;
    private ReleasedUpdates _released;
    private LlmException? _broken;
    private ChatResponseUpdate? _progress;
    private WaitLinks _links;
    private TimeSpan _queuedFor;
    private AttemptOutcome _outcome = AttemptOutcome.Failed;
    private bool _begun;
    private bool _isPulled;
    private bool _returnsToLine;
    private bool _isOver;

    public ChatResponseUpdate Current { get; private set; } = null!;

    public CallInput Input => call;

    public bool IsAbandoned => consumer is { IsAbandoned: true };

    public bool HasAnother => _next.HasAnotherAvailable(Services, _made.Count + 1);

    private CallServices Services => call.Services;

    /// <summary>When another provider may be able to serve the call, as a stamp.</summary>
    public long ChangesAt => _next.Plan!.ChangesAt;

    /// <summary>Whether nothing more may be asked: the call is cancelled or abandoned.</summary>
    public bool MustStop => call.IsCancelled || IsAbandoned;

    /// <summary>The result; null before there is one.</summary>
    public RouteResult? Result { get; private set; }

    /// <summary>The caller asks for the next update, or for the whole of a buffered answer.</summary>
    public CallStep Resume(out ValueTask wait)
    {
        wait = default;
        if (_isOver)
            return CallStep.End;
        if (!_begun)
        {
            call.Begin();
            _begun = true;
            _callClock.Start(Services.Clock.Now());
        }
        else if (_callClock.IsPaused)
        {
            var now = _callClock.Resume(Services.Clock);
            _attempt?.Resume(now);
        }

        return Continue(out wait);
    }

    /// <summary>The loop: goes on to an update, to the end, or to what has to be waited for.</summary>
    /// <remarks>Not async: a call whose provider answers at once waits for nothing, and its locals need no state machine.</remarks>
    public CallStep Continue(out ValueTask wait)
    {
        while (true)
        {
            wait = default;
            if (_released.TakeNext() is { } next)
                return HandOut(next);
            if (Result is not null)
            {
                End();
                return CallStep.End;
            }

            if (_attempt is null)
            {
                wait = BeginAttemptAsync();
            }
            else if (!_isPulled)
            {
                _isPulled = true;
                wait = _attempt.PullAsync();
            }
            else
            {
                _isPulled = false;
                if (!_attempt.HasUpdate)
                    wait = EndAttemptAsync(_attempt);
                else if (call.Live && _attempt.Answer is { Committed: true, HasNothing: false })
                {
                    if (!_attempt.Answer.HasHeld)
                        return HandOut(_attempt.Current);
                    _released.Queue(_attempt.Answer.TakeHeld());
                }
                else if (consumer is { ShowsProgress: true } && _attempt.Answer.HasMoved)
                {
                    return HandOut(_progress ??= AnswerProgress.NewUpdate());
                }
            }

            if (!wait.IsCompletedSuccessfully)
                return CallStep.Wait;
            wait.GetAwaiter().GetResult();
        }
    }

    /// <summary>One step towards the next attempt: a wait, a plan, or the attempt.</summary>
    private ValueTask BeginAttemptAsync()
    {
        if (_next.PendingRetry is { IsDue: false } retry && !MustStop)
            return WaitForRetryAsync(retry);
        if (MustStop)
            throw Stopped();
        if (_next.Plan is null)
            return PlanAsync(_callClock.HasWaited);
        var step = _next.Choose(call, _made, _broken, out var permit);
        if (step == NextStep.Attempt)
            StartAttempt(permit);
        return step == NextStep.WaitForPermit ? WaitForPermitAsync() : step == NextStep.WaitForCoolDown ? WaitForCoolDownAsync() : default;
    }

    /// <summary>The consumer leaves while an update is awaited. From any thread.</summary>
    public void Abandon()
    {
        _attempt?.Abandon();
        _links.End();
    }

    /// <summary>Ends the call: nothing more is asked of it.</summary>
    /// <param name="error">What its caller is thrown; null for nothing.</param>
    public async ValueTask CloseAsync(Exception? error = null)
    {
        if (_attempt is { } running)
        {
            _attempt = null;
            Take(await running.EndAsync().ConfigureAwait(false));
        }

        End(error);
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
        _callClock.Add(result);
        _queuedFor = TimeSpan.Zero;
    }

    private void Succeed(Attempt attempt, LlmAttempt record, long? settled)
    {
        _outcome = AttemptOutcome.Succeeded;
        var response = call.Live ? null : attempt.Answer.Response(record.Usage, record.Provider);
        attempt.Answer.Handles?.HandOutLast(Services.HandedOut, record.Provider.Name, response);
        var latency = Services.Clock.Span(_callClock.Finish(settled ?? Services.Clock.Now()));
        Result = CallResult.Of(record, _made.Records, latency, response);
        if (!call.Live)
            return;
        // An empty answer with a finish reason never committed: it goes out now that it is known to be one.
        _released.Queue(attempt.Answer.TakeHeld(), attempt.Answer.ClosingUpdate(Result));
    }

    /// <summary>Returns when there is a result, or another attempt may be made; throws what ends the call otherwise.</summary>
    private void GoOnAfter(Attempt attempt, in AttemptResult result)
    {
        Take(result);
        if (result.Record is not { } record || record.Outcome is AttemptOutcome.Cancelled or AttemptOutcome.Abandoned)
            throw Stopped();
        if (record.Outcome == AttemptOutcome.Succeeded)
        {
            Succeed(attempt, record, result.Settled);
            return;
        }

        if (result.CallExpired)
            throw Exhausted();
        var timeLeft = call.TimeLeftAt(attempt.Input.Provider, _callClock.Counted);
        if (_next.EndAfter(attempt.Input, result, _made, timeLeft, _broken, mayRestart) is { } end)
            throw end;
        if (result.Committed)
            _broken = record.Error;
    }

    private void StartAttempt(in GrantedPermit permit)
    {
        _returnsToLine = false;
        var spentBefore = Services.Clock.Span(_callClock.Counted);
        _attempt = new Attempt(
            new(call, this, permit.Provider, permit.Role, permit.Ticket, _made.Count + 1, _queuedFor, spentBefore), permit.Since);
        if (_broken is not null)
            _released.Queue([new ChatResponseUpdate { Contents = [new RestartContent(permit.Provider.Info, _broken)] }]);
    }

    private Exception Stopped()
    {
        _outcome = call.IsCancelled ? AttemptOutcome.Cancelled : AttemptOutcome.Abandoned;
        return CallErrors.Stopped(call);
    }

    private LlmException Exhausted() => _next.Exhausted(_made, _broken);

    private CallStep HandOut(ChatResponseUpdate update)
    {
        Current = update;
        var now = _callClock.Pause(Services.Clock);
        _attempt?.Pause(now);
        return CallStep.Update;
    }

    /// <summary>Counts the call, once, however it ended.</summary>
    private void End(Exception? error = null)
    {
        if (_isOver)
            return;
        _isOver = true;
        call.ReleaseTokens();
        _next.End(Services.Budget);
        // Never asked for its first update: nothing was called.
        if (!_begun)
            return;
        _outcome = CallResult.OutcomeOf(_outcome, _callClock.IsPaused, _made.Last);
        CallEnd.Report(call, _outcome, ref _callClock, _made.Records, error);
        Services.Running.NoteEnd();
    }
}
