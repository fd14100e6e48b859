namespace Orchestrator;

/// <summary>The place of the call among those that wait for permits.</summary>
internal partial struct ProviderChoice
{
    /// <summary>When the call first came to wait for a permit, by number: it keeps its place for as long as it lasts.</summary>
    public long ArrivalIn(CallServices services) => _arrival == 0 ? _arrival = services.NextArrival() : _arrival;

    /// <summary>Whether a call in line goes on to wait by a fresh plan: no other provider is left to ask first.</summary>
    /// <param name="made">Its attempts so far.</param>
    /// <param name="wait">Its places.</param>
    public readonly bool StaysInLine(in MadeAttempts made, PermitWait wait)
    {
        if (Plan!.HasTrial || Plan.HasAnotherAvailable)
            return false;
        if (IsPermitWorthWaitingFor(Plan, made))
            return true;
        // Those that are ejected are waited for already: they have no permit free.
        if (Plan.EjectedProviders is not { Count: > 0 } ejected || !ejected.TrueForAll(wait.WaitsAnywayAt))
            return false;
        while (Plan.NextEjected() is { } registered)
            Plan.MoveToFull(registered, ejected: true);
        return true;
    }

    /// <summary>The call's place among those that wait.</summary>
    private readonly long Place => _arrival == 0 ? long.MaxValue : _arrival;
}
