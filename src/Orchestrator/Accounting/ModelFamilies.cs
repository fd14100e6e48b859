using System.Buffers;

namespace Orchestrator;

/// <summary>Finds the family of a model by its name, and by its vendor when the name is not known.</summary>
internal static class ModelFamilies
{
    private static readonly string[] O200k = ["gpt-4o", "chatgpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "o1", "o3", "o4"];

    // Searched anywhere in the name: "deepseek-r1-distill-qwen" is a Qwen. Longer parts first, so that "llama3" is found before "llama".
    private static readonly (string Part, ModelFamily Family)[] Others =
    [
        .. new (string Part, ModelFamily Family)[]
        {
            ("qwen", ModelFamily.Qwen),
            ("qwq", ModelFamily.Qwen),
            ("llama3", ModelFamily.Llama3),
            ("llama-3", ModelFamily.Llama3),
            ("llama", ModelFamily.SentencePiece32K),
            ("phi3", ModelFamily.SentencePiece32K),
            ("phi-3", ModelFamily.SentencePiece32K),
            ("gpt-4", ModelFamily.Cl100k),
            ("gpt-3.5", ModelFamily.Cl100k),
            ("gpt-35", ModelFamily.Cl100k),
        }.Concat(VendorFacts.All.SelectMany(facts => facts.Models)).OrderByDescending(model => model.Part.Length),
    ];

    private static readonly SearchValues<string> Parts =
        SearchValues.Create([.. Others.Select(o => o.Part)], StringComparison.OrdinalIgnoreCase);

    public static ModelFamily Of(ProviderInfo provider)
    {
        var family = Of(provider.Model);
        return ReferenceEquals(family, ModelFamily.Unknown) ? VendorFacts.Of(provider.Vendor).Family ?? family : family;
    }

    public static ModelFamily Of(string? model)
    {
        var name = NameIn(model);
        if (name.IsEmpty)
            return ModelFamily.Unknown;
        if ((name[0] | 0x20) is 'g' or 'o' or 'c' && IsO200k(name))
            return ModelFamily.O200k;
        var at = name.IndexOfAny(Parts);
        if (at < 0)
            return ModelFamily.Unknown;
        foreach (var (part, family) in Others)
        {
            if (name[at..].StartsWith(part, StringComparison.OrdinalIgnoreCase))
                return family;
        }
        return ModelFamily.Unknown;
    }

    private static bool IsO200k(ReadOnlySpan<char> name)
    {
        foreach (var prefix in O200k)
        {
            // Only whole words: a wrong vocabulary is worse than an estimate, so "o1" must not match "o1llama".
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                && (name.Length == prefix.Length || !char.IsAsciiLetterOrDigit(name[prefix.Length])))
                return true;
        }
        return false;
    }

    // "openai/gpt-4o", "ft:gpt-4o-mini:org::id" and "gpt://folder/gpt-oss-120b/latest@tuning" name the model in different places.
    private static ReadOnlySpan<char> NameIn(string? model)
    {
        var name = model.AsSpan().Trim();
        if (name.StartsWith("ft:", StringComparison.OrdinalIgnoreCase))
            name = name[3..];
        var slash = name.LastIndexOf('/');
        if (slash > 0 && IsVersion(name[(slash + 1)..]))
        {
            name = name[..slash];
            slash = name.LastIndexOf('/');
        }
        return name[(slash + 1)..];
    }

    private static bool IsVersion(ReadOnlySpan<char> part)
    {
        var at = part.IndexOf('@');
        return (at < 0 ? part : part[..at]) is "latest" or "rc" or "deprecated";
    }
}
