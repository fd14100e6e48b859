namespace Orchestrator;

/// <summary>The prices of a whole request whose prompt is longer than a number of tokens. Immutable.</summary>
/// <param name="AbovePromptTokens">The tier holds for prompts of more tokens than this, cached ones included; zero or more.</param>
/// <param name="Price">The prices of every token of such a request. It has no tiers of its own, and no other currency than the price it
/// is a tier of.</param>
public sealed record PriceTier(int AbovePromptTokens, ModelPrice Price);
