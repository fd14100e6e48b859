namespace Orchestrator;

/// <summary>Models that share a tokenizer, with the numbers for an estimate. Families of a vendor's own models are in its
/// file.</summary>
/// <param name="Name">The name, for tests and for the vendors' files.</param>
/// <param name="Template">What the chat template adds.</param>
internal sealed record ModelFamily(string Name, MessageTemplate Template)
{
    public static ModelFamily Unknown { get; } = new("Unknown", new(5, 4));

    public static ModelFamily O200k { get; } = new("O200k", new(4, 3)) { CyrillicPerToken = 3.9m, IdeographsPerToken = 1.3m };

    public static ModelFamily Cl100k { get; } = new("Cl100k", new(4, 3));

    public static ModelFamily Qwen { get; } = new("Qwen", new(5, 4)) { CyrillicPerToken = 3.3m, IdeographsPerToken = 1.5m };

    public static ModelFamily Llama3 { get; } = new("Llama3", new(5, 4)) { CyrillicPerToken = 3.5m, IdeographsPerToken = 1.2m };

    public static ModelFamily SentencePiece32K { get; } = new("SentencePiece32K", new(5, 4)) { CyrillicPerToken = 2.85m };

    /// <summary>How many Cyrillic letters a token has.</summary>
    public decimal CyrillicPerToken { get; init => (field, Cyrillic) = (value, (long)(ScriptRates.Token / value)); } = 2.5m;

    /// <summary>How many Chinese, Japanese or Korean characters a token has.</summary>
    public decimal IdeographsPerToken { get; init => (field, Ideograph) = (value, (long)(ScriptRates.Token / value)); } = 1m;

    /// <summary>Millionths of a token for a Cyrillic letter.</summary>
    public long Cyrillic { get; private init; } = ScriptRates.Token * 10 / 25;

    /// <summary>Millionths of a token for a Chinese, Japanese or Korean character.</summary>
    public long Ideograph { get; private init; } = ScriptRates.Token;

    /// <summary>The family that a vendor's file names.</summary>
    public static ModelFamily Named(string name) =>
        Array.Find([O200k, Cl100k, Qwen, Llama3, SentencePiece32K], family => family.Name == name)
        ?? throw new ArgumentException($"'{name}' is no family of models that several vendors have.", nameof(name));
}
