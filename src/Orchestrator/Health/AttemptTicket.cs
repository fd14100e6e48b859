namespace Orchestrator;

/// <summary>What an attempt takes along from its beginning, so that its end is judged by what was known then.</summary>
/// <param name="Epoch">The number of ejections and recoveries before it began.</param>
/// <param name="Trial">Its number as a trial; 0 when it is none.</param>
/// <param name="Avoided">Whether its provider was ejected, and asked all the same because no other was left.</param>
internal readonly record struct AttemptTicket(int Epoch, int Trial, bool Avoided)
{
    public bool IsTrial => Trial != 0;
}
