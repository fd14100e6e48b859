using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Counts that have no property in <see cref="UsageDetails"/>, found by the names that clients give them there.</summary>
internal readonly record struct UsageNames(long? Read, long? Written, long? Reasoning)
{
    /// <summary>The name under which the router itself puts what was written to a cache.</summary>
    public const string CacheWrite = "CacheWriteInputTokenCount";

    private const int Longest = 64;

    private static readonly string[] Ends = ["tokencounts", "tokencount", "tokens", "token", "count"];
    private static readonly string[] Reads =
        ["cacheread", "cachereadinput", "cached", "cachedinput", "cachedprompt", "cachedcontent", "cachehit"];
    private static readonly string[] Writes = ["cachewrite", "cachewriteinput", "cachecreation", "cachecreationinput"];
    private static readonly string[] Thoughts = ["reasoning", "thoughts", "thinking"];

    /// <summary>Reads them; the same count under two names is one.</summary>
    public static UsageNames Of(AdditionalPropertiesDictionary<long> counts)
    {
        var found = default(UsageNames);
        Span<char> buffer = stackalloc char[Longest];
        foreach (var (key, count) in counts)
        {
            var name = Plain(key, buffer);
            if (EndsWith(name, Writes))
                found = found with { Written = Larger(found.Written, count) };
            else if (EndsWith(name, Thoughts))
                found = found with { Reasoning = Larger(found.Reasoning, count) };
            else if (EndsWith(name, Reads) && name.IndexOf("uncached") < 0 && name.IndexOf("noncached") < 0)
                found = found with { Read = Larger(found.Read, count) };
        }

        return found;
    }

    private static long Larger(long? one, long other) => Math.Max(one ?? 0, other);

    /// <summary>Its letters in lower case, without the word for tokens: adapters write snake_case, Pascal.Case and more.</summary>
    private static ReadOnlySpan<char> Plain(string key, Span<char> buffer)
    {
        var length = 0;
        foreach (var c in key)
        {
            if (!char.IsAsciiLetter(c))
                continue;
            if (length == buffer.Length)
                return [];
            buffer[length++] = char.ToLowerInvariant(c);
        }

        ReadOnlySpan<char> name = buffer[..length];
        foreach (var end in Ends)
        {
            if (name.EndsWith(end))
                return name[..^end.Length];
        }

        return name;
    }

    private static bool EndsWith(ReadOnlySpan<char> name, string[] ends)
    {
        foreach (var end in ends)
        {
            if (name.EndsWith(end))
                return true;
        }

        return false;
    }
}
