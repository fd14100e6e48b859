namespace Orchestrator;

/// <summary>The call that a strategy ranks for.</summary>
/// <param name="Request">The request. Read only.</param>
/// <param name="Sequence">The call's turn: how many free calls among the same set of providers came before it, from 0 up. Rotate by it
/// instead of keeping state. The set is what the request alone selects, whatever the health of its members. A call is free when neither
/// <see cref="Microsoft.Extensions.AI.ChatOptions.ModelId"/> nor a conversation nor a tool loop binds it to one provider; a bound one takes
/// no turn, and sees that of the next free call.</param>
/// <param name="Random">The router's source of chance; safe to use from many threads.</param>
public readonly record struct RankContext(LlmRequest Request, long Sequence, Random Random)
{
    /// <summary>How many providers the set has, available or not; 0 where the candidates are the set.</summary>
    internal int Among { get; init; }
}
