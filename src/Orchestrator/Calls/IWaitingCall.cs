namespace Orchestrator;

/// <summary>A call in line, as far as <see cref="LineWatch"/> has to ask it.</summary>
internal interface IWaitingCall
{
    /// <summary>Whether nothing more may be asked: the call is cancelled or abandoned.</summary>
    bool MustStop { get; }

    /// <summary>When another provider may be able to serve the call, as a stamp.</summary>
    long ChangesAt { get; }

    /// <summary>Makes a plan by the providers as they are now.</summary>
    ValueTask<RoutePlan> PlanAnewAsync();

    /// <summary>Goes by another plan; null for one that has yet to be made.</summary>
    void GoBy(RoutePlan? plan);

    /// <summary>Whether no other provider is left to ask by the plan; takes the places that are new in it.</summary>
    bool StaysInLine(PermitWait wait);
}
