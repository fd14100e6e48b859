namespace Orchestrator;

/// <summary>The providers of a plan that are not simply available. Nearly every plan has none.</summary>
internal sealed class UnavailableProviders
{
    private List<RegisteredProvider>? _avoidedAndFull;

    /// <summary>The one whose trial the call may take.</summary>
    public RegisteredProvider? Trial { get; private set; }

    /// <summary>Those whose permits are all given out.</summary>
    public List<RegisteredProvider>? Full { get; private set; }

    /// <summary>Those to try last, least bad first.</summary>
    public List<RegisteredProvider>? Avoided { get; private set; }

    /// <summary>When one that is ejected or excluded may become available, as a stamp.</summary>
    public long ChangesAt { get; private set; } = long.MaxValue;

    public int Count => (Trial is null ? 0 : 1) + (Full?.Count ?? 0) + (Avoided?.Count ?? 0);

    /// <summary>Takes in a provider that is not simply available.</summary>
    /// <param name="slot">The provider.</param>
    /// <param name="availability">Why not.</param>
    /// <param name="changesAt">When that may change, as a stamp.</param>
    public void Add(RegisteredProvider slot, ProviderAvailability availability, long changesAt)
    {
        ChangesAt = Math.Min(ChangesAt, changesAt);
        switch (availability)
        {
            // One trial a call: with three dead providers a call must not wait for all of them.
            case ProviderAvailability.Trial when Trial is null:
                Trial = slot;
                break;
            case ProviderAvailability.Trial or ProviderAvailability.Ejected:
                AddAvoided(slot);
                break;
            case ProviderAvailability.AtCapacity:
                AddFull(slot, isAvoided: false);
                break;
        }
    }

    /// <summary>Puts the least bad first.</summary>
    public void OrderAvoided(long now)
    {
        if (Avoided is { Count: > 1 })
            Avoided = [.. Avoided.OrderBy(slot => slot.State.ErrorRate(now))];
    }

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
