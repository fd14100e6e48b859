namespace Orchestrator;

/// <summary>The providers of a plan that are not simply available. Nearly every plan has none.</summary>
/// <param name="trial">The one whose trial this call may take.</param>
/// <param name="full">Those whose permits are all given out.</param>
/// <param name="avoided">Those to try last, least bad first.</param>
/// <param name="changesAt">When one that is avoided or excluded may become available, as a stamp.</param>
internal sealed class UnavailableProviders(
    RegisteredProvider? trial = null,
    List<RegisteredProvider>? full = null,
    List<RegisteredProvider>? avoided = null,
    long changesAt = long.MaxValue)
{
    private List<RegisteredProvider>? _avoidedAndFull;

    public RegisteredProvider? Trial { get; private set; } = trial;

    public List<RegisteredProvider>? Full { get; private set; } = full;

    public List<RegisteredProvider>? Avoided { get; private set; } = avoided;

    public long ChangesAt => changesAt;

    public int Count => (Trial is null ? 0 : 1) + (Full?.Count ?? 0) + (Avoided?.Count ?? 0);

    public RegisteredProvider? TakeTrial()
    {
        var trial = Trial;
        Trial = null;
        return trial;
    }

    public RegisteredProvider? TakeAvoided()
    {
        if (Avoided is not { Count: > 0 })
            return null;
        var slot = Avoided[0];
        Avoided.RemoveAt(0);
        return slot;
    }

    public void AddAvoided(RegisteredProvider slot) => (Avoided ??= []).Add(slot);

    public void AddFull(RegisteredProvider slot, bool isAvoided)
    {
        (Full ??= []).Add(slot);
        if (isAvoided)
            (_avoidedAndFull ??= []).Add(slot);
    }

    /// <summary>Whether a full provider is one of the avoided.</summary>
    public bool IsAvoided(RegisteredProvider slot) => _avoidedAndFull?.Contains(slot) ?? false;
}
