namespace Orchestrator;

/// <summary>The attempt's end: one outcome, one record.</summary>
internal sealed partial class Attempt
{
    private bool CallExpired => _attemptClock?.Limit == AttemptLimit.Call;

    /// <summary>Gives back first, reports afterwards: no code of the user's that can block runs before the permit is free.</summary>
    private AttemptResult Settle()
    {
        var now = Services.Clock.NowOr(_time.Since);
        var spent = _time.End(now);
        _attemptClock?.Unlink();
        if (!_wasAsked)
        {
            Registered.Withdraw(_input.Ticket);
            return default;
        }

        var outcome = DecideOutcome(out var afterTheMark);
        var error = outcome == AttemptOutcome.Failed ? _error : null;
        var duration = Services.Clock.Span(spent);
        TimeSpan? firstToken = _time.FirstToken < 0 ? null : Services.Clock.Span(_time.FirstToken);
        AnswerTimes? answeredIn = outcome != AttemptOutcome.Succeeded ? null
            : AnswerTimes.Of(firstToken, duration, _input.Streaming, _input.Live);
        var verdict = outcome == AttemptOutcome.Succeeded || _attemptClock?.Fault is not null
            ? default
            : AttemptBlame.Of(_input, error, _attemptClock?.Limit, _answer.HasContent || _time.HasMoved, spent);
        // Of the vendor's own numbers a record takes no time and runs no code of the user's: one lock for the end and for the count.
        var isPlain = error is null && AttemptRecord.IsPlain(_answer.Reported, _input);
        var record = isPlain ? AttemptRecord.Of(ref _answer, _input, outcome, error, duration, firstToken) : null;
        var ejected = Registered.End(answeredIn, _input.Ticket, verdict, now, release: !_isOrphaned, record);
        _answer.Handles?.End(Services.HandedOut, Registered.Info.Name);
        if (_isOrphaned)
            ReleaseOrphan();
        _attemptClock?.DisposeTimer();
        // What its provider may still have under way ends with it; a whole answer left nothing.
        if (!_reachedEnd)
            CancelProvider();
        if (afterTheMark is not null)
            Log.ProviderDisposalFailed(Services.Logger, Registered.Info.Name, afterTheMark);
        if (record is null)
        {
            record = AttemptRecord.Of(ref _answer, _input, outcome, error, duration, firstToken);
            Registered.State.Count(Registered, record);
        }

        var counted = _input.Live && _answer.Committed ? _time.FirstToken : spent;
        var isHeard = Services.LogChanges(Registered.State) | Services.Reports.Report(record)
            | _trace.End(record, _input, _answer, Current);
        // Where nothing was counted and nothing listens, this is still the time: a look at the clock costs more than what lies between.
        return new(record, spent, counted, isPlain && !isHeard ? now : null, _answer.Committed, ejected, CallExpired, _answer.ToolRan);
    }

    private AttemptOutcome DecideOutcome(out LlmException? afterTheMark)
    {
        afterTheMark = null;
        if (_error is not null && _answer.IsWhole && !_input.Call.IsCancelled)
        {
            // The completion mark was seen: what broke after it broke no answer, and is only logged.
            afterTheMark = _input.Running.IsAbandoned ? null : _error;
            _error = null;
            _reachedEnd = true;
        }

        if (_reachedEnd)
        {
            _error = AttemptErrors.OfAnswer(_answer, _input);
            if (_error is null)
                return AttemptOutcome.Succeeded;
            _error.FillIn(Registered.Info);
        }

        if (_input.Call.IsCancelled)
            return AttemptOutcome.Cancelled;
        if (_error is not null && !_input.Running.IsAbandoned)
            return AttemptOutcome.Failed;

        // The consumer has abandoned the stream. With the completion mark seen, and no further round begun, the answer was whole.
        return _answer is { FinishReason: not null, WentOn: false } ? AttemptOutcome.Succeeded : AttemptOutcome.Abandoned;
    }
}
