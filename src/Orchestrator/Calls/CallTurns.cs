namespace Orchestrator;

/// <summary>The turns among the candidates of a call.</summary>
/// <param name="turns">Those of all sets.</param>
/// <param name="all">The list that the candidates were taken from.</param>
/// <param name="set">The candidates, by the request alone.</param>
internal readonly struct CallTurns(Turns turns, RegisteredProvider[] all, RegisteredProvider[] set)
{
    /// <summary>The turn of a call: taken by a free one, and only seen by a bound one.</summary>
    public long Of(CallInput call, bool isFree) =>
        call.Turn ?? (isFree ? call.TakeTurn(turns.Of(all, set)) : turns.PeekOf(all, set));
}
