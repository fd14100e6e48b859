using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>Makes the record of an attempt that has ended.</summary>
internal static class AttemptRecord
{
    /// <summary>Whether the vendor has said all numbers of the record: nothing has to be counted, and nothing to be warned of.</summary>
    public static bool IsPlain(in ReportedUsage reported, in AttemptInput input) =>
        reported is { HasPrompt: true, HasCompletion: true } && input.Provider is { Price: not null, CutsLongPrompts: false };

    /// <param name="answer">What came.</param>
    /// <param name="input">What the attempt was given.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="error">Why it failed; null when it did not.</param>
    /// <param name="duration">The time the provider took.</param>
    /// <param name="firstToken">The time of its first content; null when it was not streamed, or none came.</param>
    public static LlmAttempt Of(
        ref AttemptAnswer answer,
        in AttemptInput input,
        AttemptOutcome outcome,
        LlmException? error,
        TimeSpan duration,
        TimeSpan? firstToken)
    {
        var info = input.Provider.Info;
        if (error is not null)
            KeepPartialText(error, ref answer, input);
        var usage = AttemptUsage.Of(ref answer, outcome, input);
        var cost = AttemptUsage.CostOf(usage, answer.CostUsd, input, out var costSource);
        var record = new LlmAttempt
        {
            CallId = input.Services.Ids.Of(input.Call.Number),
            Number = input.Number,
            Role = input.Role,
            Provider = info,
            Outcome = outcome,
            Streaming = input.Streaming,
            Duration = duration,
            TimeToFirstToken = firstToken,
            QueueTime = input.QueuedFor,
            Usage = usage,
            Cost = cost,
            CostSource = costSource,
            Currency = input.Services.Prices.Currency,
            Error = error,
            Tags = input.Call.Request.Tags,
        };
        if (outcome == AttemptOutcome.Succeeded && answer.Reported.HasPrompt && input.Provider.CutsLongPrompts)
            AttemptUsage.NoticeTruncation(usage.PromptTokens, input);
        if (outcome == AttemptOutcome.Succeeded && answer.FinishReason is { } reason && !FinishNames.IsKnown(reason))
            input.Services.Once.WarnFinishReason(info.Name, FinishNames.Shown(reason));
        answer.DisposeText();
        return record;
    }

    private static void KeepPartialText(LlmException error, ref AttemptAnswer answer, in AttemptInput input)
    {
        try
        {
            if (answer.HasContent && answer.Text(input) is { IsEmpty: false } text)
                error.KeepPartialText(text.Head());
        }
#pragma warning disable CA1031 // Contents that throw when they are read again cost the text, not the call.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.TokenCountFailed(input.Services.Logger, input.Provider.Info.Name, fault);
        }
    }
}
