namespace Orchestrator.Providers;

/// <summary>What is left of a prepaid package. Immutable.</summary>
/// <param name="Usage">What the package is for: a model, or <c>embeddings</c>.</param>
/// <param name="Tokens">The tokens that are left.</param>
public sealed record GigaChatBalance(string Usage, decimal Tokens);
