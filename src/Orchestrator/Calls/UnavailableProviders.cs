namespace Orchestrator;

/// <summary>The providers of a plan that are not simply available; all empty for nearly every call.</summary>
/// <param name="Trial">The one whose trial this call may take.</param>
/// <param name="Full">Those whose places are all taken.</param>
/// <param name="Avoided">Those to try last, least bad first.</param>
/// <param name="ChangesAt">When one that is avoided or left out may stand better, as a stamp.</param>
internal readonly record struct UnavailableProviders(RegisteredProvider? Trial, List<RegisteredProvider>? Full, List<RegisteredProvider>? Avoided, long ChangesAt)
{
    public static UnavailableProviders None => new(null, null, null, long.MaxValue);
}
