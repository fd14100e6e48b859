namespace Orchestrator;

/// <summary>
/// Converts the vendors' ways of counting into one: the prompt includes tokens read from and written to a cache, and the completion
/// includes reasoning. A count that is null was not reported.
/// </summary>
internal static class UsageCorrection
{
    /// <summary>Corrects the counts of one report. A missing half is computed from the total, where that is known.</summary>
    public static void Correct(ref long? prompt, ref long? completion, long? total, long read, long written, long reasoning)
    {
        // A total below the sum of its parts is wrong and ignored.
        if (total <= 0)
            total = null;
        // More reasoning than completion: the completion excludes the reasoning. If the total is the plain sum, reasoning is not billed.
        if (total is null && completion is { } answer && reasoning > answer)
            completion = answer + reasoning;
        if (prompt is not { } asked)
        {
            prompt = total is { } whole && completion is { } known ? WithCache(Math.Max(0, whole - known), read + written) : null;
            return;
        }

        prompt = WithCache(asked, read + written);
        if (total is { } all)
            ApplyTotal(asked, all, read, written, reasoning, ref prompt, ref completion);
    }

    private static void ApplyTotal(
        long asked, long total, long read, long written, long reasoning, ref long? prompt, ref long? completion)
    {
        var cache = read + written;
        var rest = total - asked - (completion ?? 0);
        if (cache > asked)
        {
            // Anthropic and Bedrock count so; the totals of their clients include all cache tokens, only those read, or none.
            if (completion is not null && Cached(rest, reasoning, read, written) is > 0 and var part && asked + part >= cache)
                prompt = asked + part;
            rest -= Largest(rest, cache, read, written);
            completion = (completion ?? 0) + Math.Max(0, rest);
        }
        else if (completion is null || rest > 0)
        {
            // The difference is uncounted reasoning, unless it equals the cache tokens.
            var part = completion is null || rest == reasoning ? 0 : Cached(rest, reasoning, read, written);
            prompt = asked + part;
            completion = (completion ?? 0) + Math.Max(0, rest - part);
        }
    }

    /// <summary>A prompt count below its cached part excludes that part.</summary>
    private static long WithCache(long prompt, long cache) => cache > prompt ? prompt + cache : prompt;

    /// <summary>The cache tokens in the difference, if it equals those read, those written or both, with or without the reasoning; else
    /// zero.</summary>
    private static long Cached(long rest, long reasoning, long read, long written) =>
        IsPart(rest, read, written) ? rest
        : reasoning > 0 && IsPart(rest - reasoning, read, written) ? rest - reasoning
        : 0;

    private static bool IsPart(long count, long read, long written) =>
        count > 0 && (count == read + written || count == read || count == written);

    private static long Largest(long limit, long both, long read, long written) =>
        both <= limit ? both : Math.Max(read <= limit ? read : 0, written <= limit ? written : 0);
}
