namespace Orchestrator;

/// <summary>Where token numbers come from, most certain first but for <see cref="None"/>.</summary>
public enum UsageSource
{
    /// <summary>There is nothing to count: the attempt failed before any output.</summary>
    None,

    /// <summary>The vendor reported them.</summary>
    Provider,

    /// <summary>Counted with the tokenizer of the model, all of it, and there were only texts and calls to count.</summary>
    Tokenizer,

    /// <summary>Estimated: from script and vendor, from samples of a long text, or because tools, schemas or media are among what was
    /// counted.</summary>
    Estimate,
}
