using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>The attempt's numbers: its usage, as reported or counted, and what that costs.</summary>
internal sealed partial class Attempt
{
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
                : Services.Counter.CountPrompt(_call.Request.Messages, _call.Request.Options, Slot.Info, mayWait);
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
            Log.TokenCountFailed(Services.Logger, Slot.Info.Name, error);
            return _reported.ToUsage(UsageSource.Estimate);
        }
    }

    /// <summary>Ollama cuts a prompt that is too long without a word; only the count it reports tells.</summary>
    private void NoticeTruncation(int reported)
    {
        const int WorthCounting = 1000;
        try
        {
            if (Services.Once.MayWarnTruncated(Slot.Info.Name)
                && Services.Counter.CountPrompt(_call.Request.Messages, _call.Request.Options, Slot.Info, mayWait: false, textOnly: true).ToInt()
                    is > WorthCounting and var estimate && reported < estimate / 2)
                Services.Once.WarnTruncated(Slot.Info.Name, reported, estimate);
        }
#pragma warning disable CA1031 // A counter, or a logger, that throws costs the warning, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.TokenCountFailed(Services.Logger, Slot.Info.Name, error);
        }
    }

    private TokenCount CountCompletion(bool mayWait) => (_text ??= BufferedText()).Count(mayWait);

    /// <summary>What <see cref="TextOfStream"/> gathers of a live stream, of an answer that is all there.</summary>
    private StreamedText BufferedText()
    {
        var text = new StreamedText(Services.Counter, Slot.Info);
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
    private void AppendCall(StreamedText text, FunctionCallContent call)
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
            Log.TokenCountFailed(Services.Logger, Slot.Info.Name, error);
        }
    }

    private static void AppendValue(StreamedText text, object? value)
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
        if (_reported.CostUsd is { } usd && Services.Prices.FromUsd(usd) is { } charged)
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
            _call.Services.Once.WarnUnpriced(Slot.Info);
        return (null, CostSource.None);
    }
}
