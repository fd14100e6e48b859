namespace Orchestrator;

/// <summary>An attempt's numbers: its usage, as reported or counted, and what that costs.</summary>
internal static class AttemptUsage
{
    public static TokenUsage Of(ref AttemptAnswer answer, AttemptOutcome outcome, in AttemptInput input)
    {
        var reported = answer.Reported;
        if (reported is { HasPrompt: true, HasCompletion: true })
            return reported.ToUsage(UsageSource.Provider);
        // Nothing came: a vendor bills an answer, not a refusal to give one.
        if (!reported.HasAny && !answer.HasContent && outcome != AttemptOutcome.Succeeded)
            return default;
        try
        {
            // Only a caller that gets the answer waits for a vocabulary; a cancellation or a failover is not held up.
            var mayWait = outcome == AttemptOutcome.Succeeded;
            var prompt = reported.HasPrompt ? default : CountPrompt(input, mayWait);
            var completion = reported.HasCompletion ? default : answer.Text(input).Count(mayWait);
            return reported.ToUsage(
                (prompt + completion).Source,
                reported.HasPrompt ? null : prompt.ToInt(),
                reported.HasCompletion ? null : completion.ToInt());
        }
#pragma warning disable CA1031 // A counter that throws costs the numbers of this attempt, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.TokenCountFailed(input.Services.Logger, input.Provider.Info.Name, error);
            return reported.ToUsage(UsageSource.Estimate);
        }
    }

    /// <summary>The cost: what the vendor says it charges, else what the prices say.</summary>
    public static decimal? CostOf(in TokenUsage usage, decimal? vendorUsd, in AttemptInput input, out CostSource source)
    {
        source = CostSource.Vendor;
        if (vendorUsd is { } usd && input.Services.Prices.FromUsd(usd) is { } charged)
            return charged;
        source = CostSource.PriceTable;
        if (input.Provider.Price is { } price)
            return price.CostOf(usage);
        if (usage.TotalTokens > 0)
            input.Services.Once.WarnUnpriced(input.Provider.Info);
        source = CostSource.None;
        return null;
    }

    /// <summary>Ollama cuts a prompt that is too long without a word; only the count it reports tells.</summary>
    public static void NoticeTruncation(int reported, in AttemptInput input)
    {
        const int WorthCounting = 1000;
        var name = input.Provider.Info.Name;
        try
        {
            if (input.Services.Once.MayWarnTruncated(name)
                && CountPrompt(input, mayWait: false, textOnly: true).ToInt() is > WorthCounting and var estimate
                && reported < estimate / 2)
                input.Services.Once.WarnTruncated(name, reported, estimate);
        }
#pragma warning disable CA1031 // A counter, or a logger, that throws costs the warning, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.TokenCountFailed(input.Services.Logger, name, error);
        }
    }

    private static TokenCount CountPrompt(in AttemptInput input, bool mayWait, bool textOnly = false)
    {
        var request = input.Call.Request;
        return input.Services.Counter.CountPrompt(request.Messages, request.Options, input.Provider.Info, mayWait, textOnly);
    }
}
