using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>The attempt's end: one outcome, one usage, one cost, told once.</summary>
internal sealed partial class Attempt
{
    /// <summary>Gives back first, tells afterwards: nothing of the user's that can throw or dawdle runs before the permit is free.</summary>
    private void Settle()
    {
        var now = Context.NowOr(_mark);
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
        var duration = Context.Span(_spent);
        TimeSpan? firstToken = _firstToken < 0 ? null : Context.Span(_firstToken);
        var blame = outcome == AttemptOutcome.Failed ? BlameFor(_error!) : default;
        var aftermath = Slot.State.End(Slot, outcome == AttemptOutcome.Succeeded ? firstToken ?? duration : null, _ticket, blame, now, release: !_leftBehind);
        Ejected = (aftermath & Aftermath.Ejected) != 0;
        if ((aftermath & Aftermath.Unused) != 0)
            Slot.Lease.Release(Slot.Info.Name);
        if (_leftBehind)
            LetGo();
        DisposeTimer();
        // What its provider may still have under way ends with it; a whole answer left nothing.
        if (!_ended)
            Context.Quietly(_cancel);
        if (afterTheMark is not null)
            Context.DisposalFailed(Slot.Info.Name, afterTheMark);
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
            CallId = Context.CallId(_call.Sequence),
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
            Currency = Context.Currency,
            Error = outcome == AttemptOutcome.Failed ? _error : null,
            Tags = _call.Request.Tags,
        };
        if (outcome == AttemptOutcome.Succeeded && _reported.HasPrompt && Slot.Info.Vendor == "ollama")
            NoticeTruncation(usage.PromptTokens);
        _text?.Dispose();
        _call.Add(record, _spent, _call.Live && Committed ? _firstToken : _spent);
        Slot.State.Count(Slot, record);
        Slot.State.TellNews(Context);
        Context.Report(record);
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

    private Blame BlameFor(LlmException error)
    {
        var effect = Context.Rules[error.Kind].Health;
        // Only the call's own deadline passed: no provider is to blame for what others took.
        return new Blame(
            effect == HealthEffect.Failure && _limit != Limit.Call && _clockFault is null,
            error.Kind,
            effect switch
            {
                HealthEffect.Excluded => Context.Health.ExclusionTime,
                HealthEffect.ExcludedForRetryAfter when error.RetryAfter is { } asked => asked < Context.Health.LongestRetryAfter ? asked : Context.Health.LongestRetryAfter,
                _ => null,
            },
            Context.Jitter());
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
            if (_finish == ChatFinishReason.ContentFilter.Value && Context.OnRefusal == RefusalAction.NextProvider && !Committed)
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
            Context.TokenCountFailed(Slot.Info.Name, fault);
        }
    }

    private TokenUsage UsageOf(AttemptOutcome outcome)
    {
        if (_reported is { HasPrompt: true, HasCompletion: true })
            return _reported.ToUsage(UsageSource.Provider);
        // Nothing came: a vendor bills an answer, not a refusal to give one.
        if (!_reported.HasAny && !HasContent && outcome != AttemptOutcome.Succeeded)
            return default;
        try
        {
            // Only who gets the answer waits for a vocabulary; who cancelled, left or fails over is not held up.
            var mayWait = outcome == AttemptOutcome.Succeeded;
            var prompt = _reported.HasPrompt ? default
                : Context.Counter.CountPrompt(_call.Request.Messages, _call.Request.Options, Slot.Info, mayWait);
            var completion = _reported.HasCompletion ? default : CountCompletion(mayWait);
            return _reported.ToUsage(
                (prompt + completion).Source,
                _reported.HasPrompt ? null : prompt.ToInt(),
                _reported.HasCompletion ? null : completion.ToInt());
        }
#pragma warning disable CA1031 // A counter that throws costs the numbers of this attempt, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Context.TokenCountFailed(Slot.Info.Name, error);
            return _reported.ToUsage(UsageSource.Estimate);
        }
    }

    /// <summary>Ollama cuts a prompt that is too long without a word; only the count it reports tells.</summary>
    private void NoticeTruncation(int reported)
    {
        const int WorthCounting = 1000;
        try
        {
            if (Context.MayWarnTruncated(Slot.Info.Name)
                && Context.Counter.CountPrompt(_call.Request.Messages, _call.Request.Options, Slot.Info, mayWait: false, textOnly: true).ToInt()
                    is > WorthCounting and var estimate && reported < estimate / 2)
                Context.WarnTruncated(Slot.Info.Name, reported, estimate);
        }
#pragma warning disable CA1031 // A counter, or a logger, that throws costs the warning, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Context.TokenCountFailed(Slot.Info.Name, error);
        }
    }

    private TokenCount CountCompletion(bool mayWait) => (_text ??= BufferedText()).Count(mayWait);

    /// <summary>What <see cref="TextOfStream"/> gathers of a live stream, of an answer that is all there.</summary>
    private TextSoFar BufferedText()
    {
        var text = new TextSoFar(Context.Counter, Slot.Info);
        switch (_answer)
        {
            case ChatResponse whole:
                foreach (var message in whole.Messages)
                    AppendAll(message.Contents);
                break;
            case ChatResponseUpdate only:
                AppendAll(only.Contents);
                break;
            case CollectedAnswer collected:
                foreach (var message in collected.Messages)
                    AppendAll(message.Contents);
                break;
        }

        return text;

        void AppendAll(IList<AIContent> contents)
        {
            foreach (var content in contents)
            {
                if (content is TextContent words)
                    text.Append(words.Text);
                else if (content is TextReasoningContent thought)
                    text.AppendThought(thought.Text);
                else if (content is FunctionCallContent call)
                    AppendCall(text, call);
            }
        }
    }

    /// <summary>A call is paid for as text is, but is none of the answer's.</summary>
    private void AppendCall(TextSoFar text, FunctionCallContent call)
    {
        try
        {
            text.AppendThought(call.Name);
            foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            {
                text.AppendThought(name);
                AppendValue(text, value);
            }
        }
#pragma warning disable CA1031 // An argument is anybody's object: one that throws costs its tokens, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Context.TokenCountFailed(Slot.Info.Name, error);
        }
    }

    private static void AppendValue(TextSoFar text, object? value)
    {
        const int Longest = 256 * 1024;
        if (value is not JsonElement { ValueKind: not JsonValueKind.Undefined } json || JsonMarshal.GetRawUtf8Value(json) is not { Length: > Longest } raw)
        {
            text.AppendThought(value?.ToString() ?? "null");
            return;
        }

        // A value this long goes on as it begins: copying all of it would hold the caller.
        var beginning = Encoding.UTF8.GetString(raw[..Longest]);
        for (var times = raw.Length / Longest; times > 0; times--)
            text.AppendThought(beginning);
    }

    /// <summary>What the vendor says it charges; else what the prices say.</summary>
    private (decimal? Cost, CostSource Source) CostOf(TokenUsage usage)
    {
        if (_reported.CostUsd is { } usd && Context.Prices.FromUsd(usd) is { } charged)
            return (charged, CostSource.Vendor);
        try
        {
            if (Slot.Price is { } price)
                return (price.CostOf(usage), CostSource.PriceTable);
        }
        catch (OverflowException)
        {
            // More money than a decimal holds: unknown is the only honest number left.
        }

        if (usage.TotalTokens > 0)
            _call.Context.WarnUnpriced(Slot.Info);
        return (null, CostSource.None);
    }
}
