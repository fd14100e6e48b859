namespace Orchestrator.Fuzz;

/// <summary>How reading one input ended, when it ended as it may.</summary>
/// <param name="Outcome">The kind, for the totals: a few words, the same for all inputs of the kind.</param>
/// <param name="Print">A number that another reading of the same bytes must give again.</param>
/// <param name="Allocated">The bytes that reading allocated.</param>
internal readonly record struct Verdict(string Outcome, int Print, long Allocated);
