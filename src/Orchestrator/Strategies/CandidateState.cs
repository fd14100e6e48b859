namespace Orchestrator;

/// <summary>The numbers of a <see cref="Candidate"/>.</summary>
/// <param name="FirstTokenTicks">Its expected time to the first token, or to the answer, in ticks of 100 ns; 0 while cold.</param>
/// <param name="InFlight">How many attempts it has running.</param>
/// <param name="Health">Its status.</param>
/// <param name="IsReachable">What its last probe said; true without one.</param>
/// <param name="Position">Its place in the set that the call's turn belongs to.</param>
internal readonly record struct CandidateState(
    long FirstTokenTicks, int InFlight, ProviderHealth Health, bool IsReachable, int Position = 0)
{
    public bool IsWarm => FirstTokenTicks != 0;

    /// <summary>Ticks to expect for one more call. Products of whole numbers are exact, so equal loads compare equal.</summary>
    /// <param name="coldTicks">The time to expect of a cold one.</param>
    public double LoadOr(double coldTicks) => (IsWarm ? FirstTokenTicks : coldTicks) * (InFlight + 1.0);
}
