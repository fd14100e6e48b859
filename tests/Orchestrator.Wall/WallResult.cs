namespace Orchestrator.Wall;

/// <summary>One line of the scorecard.</summary>
/// <param name="Id">The scenario.</param>
/// <param name="Title">What goes wrong in it.</param>
/// <param name="Mode">How the caller asked.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Primary">Requests that reached the primary.</param>
/// <param name="Secondary">Requests that reached the secondary.</param>
/// <param name="Seconds">What the caller waited, by the clock of the run.</param>
/// <param name="Note">What did not hold, or what the caller got.</param>
/// <param name="BelowOurs">Whether a figure of our own was missed although the verdict stands.</param>
internal sealed record WallResult(
    string Id, string Title, WallMode Mode, WallVerdict Verdict, int Primary, int Secondary, double Seconds, string Note,
    bool BelowOurs = false);
