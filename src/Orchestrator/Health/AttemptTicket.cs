namespace Orchestrator;

/// <summary>The state of its provider's health when an attempt began. The end of the attempt is judged by it.</summary>
/// <param name="Epoch">The number of ejections and recoveries before it began.</param>
/// <param name="Trial">Its number among the provider's trials; 0 when it is no trial.</param>
/// <param name="WasEjected">Whether its provider was ejected when it began: no other provider was left to ask.</param>
/// <param name="Exclusions">The number of exclusions that had begun when it began.</param>
internal readonly record struct AttemptTicket(int Epoch, int Trial, bool WasEjected, int Exclusions = 0)
{
    public bool IsTrial => Trial != 0;
}
