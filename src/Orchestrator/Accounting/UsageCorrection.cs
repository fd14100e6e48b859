namespace Orchestrator;

/// <summary>
/// Vendors count in several ways. This brings them into one: the prompt has in it what was read from and written to a cache, and the
/// completion has the reasoning in it. A count that is null was not reported.
/// </summary>
internal static class UsageCorrection
{
    /// <summary>Corrects the counts of one report; a half that is missing comes from the total, where that is known.</summary>
    public static void Correct(ref long? prompt, ref long? completion, long? total, long read, long written, long reasoning)
    {
        // A total below all that it is the total of says nothing.
        if (total <= 0)
            total = null;
        // More thought than answered: the thoughts are not in the answer. A total that is the plain sum says that they are not billed.
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
            // Anthropic's and Bedrock's way; their clients' totals have all of the cache in them, what was read, or none.
            if (completion is not null && Cached(rest, reasoning, read, written) is > 0 and var part && asked + part >= cache)
                prompt = asked + part;
            rest -= Largest(rest, cache, read, written);
            completion = (completion ?? 0) + Math.Max(0, rest);
        }
        else if (completion is null || rest > 0)
        {
            // The rest is reasoning that was not counted, unless it is just what the cache gave.
            var part = completion is null || rest == reasoning ? 0 : Cached(rest, reasoning, read, written);
            prompt = asked + part;
            completion = (completion ?? 0) + Math.Max(0, rest - part);
        }
    }

    /// <summary>A prompt that is less than its cached part leaves that part out.</summary>
    private static long WithCache(long prompt, long cache) => cache > prompt ? prompt + cache : prompt;

    /// <summary>The part of the rest that is exactly what was read, written, or both, beside the reasoning or not; else zero.</summary>
    private static long Cached(long rest, long reasoning, long read, long written) =>
        IsPart(rest, read, written) ? rest
        : reasoning > 0 && IsPart(rest - reasoning, read, written) ? rest - reasoning
        : 0;

    private static bool IsPart(long count, long read, long written) =>
        count > 0 && (count == read + written || count == read || count == written);

    private static long Largest(long limit, long both, long read, long written) =>
        both <= limit ? both : Math.Max(read <= limit ? read : 0, written <= limit ? written : 0);
}
