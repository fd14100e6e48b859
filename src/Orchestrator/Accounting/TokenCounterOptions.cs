namespace Orchestrator;

/// <summary>Options of a <see cref="TokenCounter"/>, read once when it is made.</summary>
public sealed class TokenCounterOptions
{
    /// <summary>How tokens are estimated where the tokenizer does not fit.</summary>
    /// <value><see cref="TokenEstimation.ByScript"/>.</value>
    public TokenEstimation Estimation { get; set; } = TokenEstimation.ByScript;

    /// <summary>
    /// Whether models of the o200k encoding (GPT-4o and later, o1, o3, o4, gpt-oss) are counted with the tokenizer. Its vocabulary is
    /// loaded at the first such count, once per process: about 0.3 s of CPU and 40 MB. <see langword="false"/> estimates those models as
    /// well.
    /// </summary>
    /// <value><see langword="true"/>.</value>
    public bool UseTokenizer { get; set; } = true;

    /// <summary>
    /// How many characters of a prompt, or of a text, are counted one by one; what comes after is extrapolated from samples. Of an answer
    /// that comes in pieces at most 65,536 are, whatever stands here. 65,536 take 3 ms of prose and 20 to 40 ms of the worst texts.
    /// </summary>
    /// <value>65,536. Zero samples everything; <see cref="int.MaxValue"/> counts everything, in time that grows with the text.</value>
    public int ExactCharacters { get; set; } = 65_536;

    /// <summary>
    /// Tokens of one picture or other media content in a message, whatever its size: vendors charge by a size the router does not know.
    /// </summary>
    /// <value>765: what GPT-4o charges for a 1024 × 1024 picture in high detail. Zero leaves media out.</value>
    public int MediaTokens { get; set; } = 765;
}
