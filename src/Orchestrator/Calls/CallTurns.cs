namespace Orchestrator;

/// <summary>The turns among the candidates of a call.</summary>
/// <param name="turns">Those of all sets.</param>
/// <param name="all">The list that the candidates were taken from.</param>
/// <param name="set">The candidates, by the request alone.</param>
internal readonly struct CallTurns(Turns turns, RegisteredProvider[] all, RegisteredProvider[] set)
{
    /// <summary>The turn of a call: taken once by a free one, however often it plans anew.</summary>
    public long Of(CallInput call, bool isFree)
    {
        if (call.Turn is { } taken)
            return taken;
        if (!isFree)
            return turns.PeekOf(all, set);
        var turn = turns.Of(all, set).Take();
        call.Turn = turn;
        return turn;
    }
}
