namespace Orchestrator;

/// <summary>The call that a strategy ranks for.</summary>
/// <param name="Request">The request. Read only.</param>
/// <param name="Sequence">The router's call number, from 0 up: rotate by it instead of keeping state.</param>
/// <param name="Random">The router's source of chance; safe to use from many threads.</param>
public readonly record struct RankContext(LlmRequest Request, long Sequence, Random Random);
