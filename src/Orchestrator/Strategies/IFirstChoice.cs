namespace Orchestrator;

/// <summary>
/// A strategy that can name its first choice by numbers alone. Nearly every call needs no second one, so the candidates and their order are
/// made only for the others.
/// </summary>
internal interface IFirstChoice
{
    /// <summary>The position of the candidate that <see cref="IRoutingStrategy.Rank"/> would put first.</summary>
    /// <param name="states">The available candidates; at least one.</param>
    /// <param name="context">The request, the call's turn and a source of chance.</param>
    int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context);
}
