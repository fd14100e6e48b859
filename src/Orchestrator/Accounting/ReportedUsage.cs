using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// Adds up what a vendor reports during one attempt, each report corrected to the one way of counting that <see cref="TokenUsage"/> has:
/// the only place of that arithmetic. Numbers that cannot be are taken for what they can.
/// </summary>
internal struct ReportedUsage
{
    // Every attempt has one of these: whole numbers of 32 bits, which are as many tokens as there can be.
    private int _prompt, _completion, _read, _written, _reasoning, _loneTotal;
    private long _cost;
    private bool _hasPrompt, _hasCompletion, _isParted, _hasCost, _isCostUnknown;

    public readonly bool HasPrompt => _hasPrompt || (_hasCompletion && _loneTotal > 0);

    public readonly bool HasCompletion => _hasCompletion || (_hasPrompt && _loneTotal > 0);

    public readonly bool HasAny => _hasPrompt || _hasCompletion || _loneTotal > 0;

    /// <summary>What the vendor says it charges, in US dollars; null when it does not say, or says what cannot be.</summary>
    public readonly decimal? CostUsd => _hasCost && !_isCostUnknown ? UsageCost.FromCount(_cost) : null;

    /// <summary>One report, its counts and total corrected in place. What is known of half a usage is corrected too.</summary>
    public static UsageDetails Corrected(UsageDetails usage)
    {
        var reported = default(ReportedUsage);
        reported.Add(usage);
        var tokens = reported.ToUsage(UsageSource.Provider);
        if (reported.HasPrompt && reported.HasCompletion)
            return tokens.ToDetails(usage);
        if (reported.HasPrompt)
            usage.InputTokenCount = tokens.PromptTokens;
        if (reported.HasCompletion)
            usage.OutputTokenCount = tokens.CompletionTokens;
        return usage;
    }

    public void Add(UsageDetails? usage)
    {
        if (usage is null)
            return;
        var names = default(UsageNames);
        if (usage.AdditionalCounts is { Count: > 0 } counts)
        {
            AddCost(counts);
            names = UsageNames.Of(counts);
        }

        // Clamped before they are added: the sum of two absurd numbers must not come out below zero.
        long? prompt = Known(usage.InputTokenCount), completion = Known(usage.OutputTokenCount);
        var read = Clamp(usage.CachedInputTokenCount ?? names.Read ?? 0);
        var written = Clamp(names.Written ?? 0);
        var reasoning = Clamp(usage.ReasoningTokenCount ?? names.Reasoning ?? 0);
        if ((read | written | reasoning) != 0 || usage.TotalTokenCount != prompt + completion)
            UsageCorrection.Correct(ref prompt, ref completion, usage.TotalTokenCount, read, written, reasoning);
        if (prompt is null && completion is null)
            _loneTotal = Sum(_loneTotal, Clamp(usage.TotalTokenCount ?? 0));
        // The counts of one usage may come one by one; then only their sums can be corrected.
        _isParted |= prompt is null || completion is null;
        _hasPrompt |= prompt is not null;
        _hasCompletion |= completion is not null;
        _prompt = Sum(_prompt, prompt ?? 0);
        _completion = Sum(_completion, completion ?? 0);
        _read = Sum(_read, read);
        _written = Sum(_written, written);
        _reasoning = Sum(_reasoning, reasoning);
    }

    /// <summary>A router has closed its stream: with what it added the reports are the corrected numbers, as they stand.</summary>
    /// <param name="shown">The sum of the reports, as they were given.</param>
    public void TakeAsShown(UsageDetails? shown)
    {
        if (shown is null || !HasAny)
            return;
        (_prompt, _completion) = (Clamp(shown.InputTokenCount ?? 0), Clamp(shown.OutputTokenCount ?? 0));
        (_read, _reasoning) = (Clamp(shown.CachedInputTokenCount ?? 0), Clamp(shown.ReasoningTokenCount ?? 0));
        (_hasPrompt, _hasCompletion, _isParted, _loneTotal) = (true, true, false, 0);
    }

    /// <summary>All reports together.</summary>
    /// <param name="source">Where the less certain half comes from.</param>
    /// <param name="countedPrompt">The prompt as counted by us, where no report told it.</param>
    /// <param name="countedCompletion">The answer as counted by us, where no report told it.</param>
    public readonly TokenUsage ToUsage(UsageSource source, int? countedPrompt = null, int? countedCompletion = null)
    {
        long? prompt = _hasPrompt ? _prompt : null, completion = _hasCompletion ? _completion : null;
        if (_isParted)
            UsageCorrection.Correct(ref prompt, ref completion, _loneTotal, _read, _written, _reasoning);
        if (prompt is null && completion is null && _loneTotal > 0)
        {
            // The vendor's total stands; ours is how it divides. What we did not count is likelier to be thought than asked.
            prompt = Math.Min(countedPrompt ?? 0, _loneTotal - Math.Min(countedCompletion ?? 0, _loneTotal));
            completion = _loneTotal - prompt;
        }

        var asked = Clamp(prompt ?? Math.Max(countedPrompt ?? 0, Sum(_read, _written)));
        var answered = Clamp(completion ?? Math.Max(countedCompletion ?? 0, _reasoning));
        var read = Math.Min(_read, asked);
        return new TokenUsage(asked, answered)
        {
            CachedTokens = read,
            CacheWriteTokens = Math.Min(_written, asked - read),
            ReasoningTokens = Math.Min(_reasoning, answered),
            Source = source,
        };
    }

    private void AddCost(AdditionalPropertiesDictionary<long> counts)
    {
        if (!counts.TryGetValue(UsageCost.CountName, out var cost))
            return;
        _hasCost = true;
        _isCostUnknown |= !UsageCost.IsSaneCount(cost) || !UsageCost.IsSaneCount(_cost + cost);
        if (!_isCostUnknown)
            _cost += cost;
    }

    private static long? Known(long? count) => count is { } n ? Clamp(n) : null;

    private static int Sum(int one, long other) => Clamp(one + other);

    private static int Clamp(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}
