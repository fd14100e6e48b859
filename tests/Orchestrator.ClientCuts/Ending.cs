namespace Orchestrator.ClientCuts;

/// <summary>How one answer ended.</summary>
/// <param name="Outcome">In which of the ways.</param>
/// <param name="What">The kind of the typed error, or the type of another exception.</param>
internal sealed record Ending(Outcome Outcome, string What)
{
    /// <summary>Whether the text was all there, with a finish reason.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether it keeps a rule.</summary>
    /// <param name="rule">The rule.</param>
    public bool Keeps(Rule rule) => rule switch
    {
        Rule.Fails => Outcome == Outcome.Typed,
        Rule.FailsOrIsWhole => Outcome == Outcome.Typed || IsWhole,
        _ => IsWhole,
    };
}

/// <summary>The ways an answer ends.</summary>
internal enum Outcome
{
    /// <summary>Normally, with a finish reason.</summary>
    Finished,

    /// <summary>Normally, without a finish reason: only a reader that looks for one notices the cut.</summary>
    Quiet,

    /// <summary>With an <see cref="LlmException"/>.</summary>
    Typed,

    /// <summary>With any other exception.</summary>
    Raw,
}
