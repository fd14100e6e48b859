using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>The attempt's end: one outcome, one usage, one cost, told once.</summary>
internal sealed partial class Attempt
{
    /// <summary>Gives back first, tells afterwards: nothing of the user's that can throw or dawdle runs before the permit is free.</summary>
    private void Settle()
    {
        var now = Services.Clock.NowOr(_mark);
        if (!_paused)
            _spent = Spent(now);
        // Not Dispose, which waits for a callback that runs: that one may be waiting for a lock the provider holds around this very end.
        _callerLink.Unregister();
        _disposeLink.Unregister();
        if (!WasAsked)
        {
            if (Slot.State.Withdraw(Slot, _ticket))
                Slot.Lease.Release(Slot.Info.Name);
            return;
        }

        var outcome = Judge(out var afterTheMark);
        var duration = Services.Clock.Span(_spent);
        TimeSpan? firstToken = _firstToken < 0 ? null : Services.Clock.Span(_firstToken);
        var blame = outcome == AttemptOutcome.Failed ? BlameFor(_error!) : default;
        var aftermath = Slot.State.End(Slot, outcome == AttemptOutcome.Succeeded ? firstToken ?? duration : null, _ticket, blame, now, release: !_leftBehind);
        Ejected = (aftermath & AttemptEnd.Ejected) != 0;
        if ((aftermath & AttemptEnd.Unused) != 0)
            Slot.Lease.Release(Slot.Info.Name);
        if (_leftBehind)
            LetGo();
        DisposeTimer();
        // What its provider may still have under way ends with it; a whole answer left nothing.
        if (!_ended)
            CancelProvider();
        if (afterTheMark is not null)
            Log.ProviderDisposalFailed(Services.Logger, Slot.Info.Name, afterTheMark);
        Tell(outcome, duration, firstToken);
    }

    private void Tell(AttemptOutcome outcome, TimeSpan duration, TimeSpan? firstToken)
    {
        if (outcome == AttemptOutcome.Failed)
            KeepPartialText(_error!);
        var usage = UsageOf(outcome);
        var (cost, costSource) = CostOf(usage);
        var record = new LlmAttempt
        {
            CallId = Services.Ids.Of(_call.Sequence),
            Number = _call.AttemptCount + 1,
            Role = _role,
            Provider = Slot.Info,
            Outcome = outcome,
            Streaming = _streaming,
            Duration = duration,
            TimeToFirstToken = firstToken,
            QueueTime = _call.QueuedFor,
            Usage = usage,
            Cost = cost,
            CostSource = costSource,
            Currency = Services.Prices.Currency,
            Error = outcome == AttemptOutcome.Failed ? _error : null,
            Tags = _call.Request.Tags,
        };
        if (outcome == AttemptOutcome.Succeeded && _reported.HasPrompt && VendorFacts.Of(Slot.Info.Vendor).CutsLongPrompts)
            NoticeTruncation(usage.PromptTokens);
        _text?.Dispose();
        _call.Add(record, _spent, _call.Live && Committed ? _firstToken : _spent);
        Slot.State.Count(Slot, record);
        Services.LogChanges(Slot.State);
        Services.Reports.Report(record);
    }

    private void DisposeTimer()
    {
        try
        {
            _timer?.Dispose();
        }
#pragma warning disable CA1031 // A timer that cannot be disposed finds an attempt that waits no more.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nothing depends on it.
        }
    }

    private HealthVerdict BlameFor(LlmException error)
    {
        var effect = Services.Rules[error.Kind].Health;
        // Only the call's own deadline passed: no provider is to blame for what others took.
        return new HealthVerdict(
            effect == HealthEffect.Failure && _limit != Limit.Call && _clockFault is null,
            error.Kind,
            effect switch
            {
                HealthEffect.Excluded => Services.Health.ExclusionTime,
                HealthEffect.ExcludedForRetryAfter when error.RetryAfter is { } asked => asked < Services.Health.LongestRetryAfter ? asked : Services.Health.LongestRetryAfter,
                _ => null,
            },
            Services.Chance.Jitter());
    }

    private AttemptOutcome Judge(out LlmException? afterTheMark)
    {
        afterTheMark = null;
        if (_error is not null && _isWhole && !_call.IsGivenUp)
        {
            // The completion mark was seen: what broke after it broke no answer, and is only logged.
            afterTheMark = _call.IsLeft ? null : _error;
            _error = null;
            _ended = true;
        }

        if (_ended)
        {
            if (_finish == ChatFinishReason.ContentFilter.Value && Services.RefusalAction == RefusalAction.NextProvider && !Committed)
                Fail(LlmErrorKind.ContentFiltered, "refused the content (finish reason content_filter)");
            else if (HasContent || (_finish is not null && _said is null))
                return AttemptOutcome.Succeeded;
            else if (_said is not null)
                FailAsSaid(_said);
            else
                Fail(LlmErrorKind.MalformedResponse, "ended its answer with neither content nor a finish reason");
        }

        if (_call.IsGivenUp)
            return AttemptOutcome.Cancelled;
        if (_error is not null && !_call.IsLeft)
            return AttemptOutcome.Failed;

        // The consumer left. With the completion mark seen, and no further round begun, the answer was whole.
        return _finish is not null && !_wentOn ? AttemptOutcome.Succeeded : AttemptOutcome.Abandoned;
    }

    private void Fail(LlmErrorKind kind, string what)
    {
        _error = new LlmException(kind, $"Provider '{Slot.Info.Name}' {what}.");
        _error.FillIn(Slot.Info);
    }

    private void FailAsSaid(ErrorContent said)
    {
        _error = ErrorAnswer.Of(said, _finish == ChatFinishReason.ContentFilter.Value, Slot.Info.Name, _call.Request);
        _error.FillIn(Slot.Info);
    }

    /// <summary>Whether the failure came from the call's own deadline: no provider is to blame, and none is left to try.</summary>
    public bool CallExpired => _limit == Limit.Call;

    private void KeepPartialText(LlmException error)
    {
        try
        {
            if (HasContent && (_text ??= BufferedText()) is { IsEmpty: false } text)
                error.KeepPartialText(text.Head());
        }
#pragma warning disable CA1031 // Contents that throw when they are read again cost the text, not the call.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.TokenCountFailed(Services.Logger, Slot.Info.Name, fault);
        }
    }
}
