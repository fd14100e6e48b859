namespace Orchestrator;

/// <summary>The providers of a plan that are not simply available. Nearly every plan has none.</summary>
internal sealed class UnavailableProviders
{
    private List<RegisteredProvider>? _ejectedAndFull;
    private List<RegisteredProvider>? _excluded;

    /// <summary>The one whose trial the call may take.</summary>
    public RegisteredProvider? Trial { get; private set; }

    /// <summary>Those whose permits are all given out.</summary>
    public List<RegisteredProvider>? Full { get; private set; }

    /// <summary>Those to try last, least bad first.</summary>
    public List<RegisteredProvider>? EjectedProviders { get; private set; }

    /// <summary>All that were ejected or excluded when the plan was made.</summary>
    public List<RegisteredProvider>? Closed { get; private set; }

    /// <summary>When one that is ejected or excluded may become available, as a stamp.</summary>
    public long ChangesAt { get; private set; } = long.MaxValue;

    public int Count => (Trial is null ? 0 : 1) + (Full?.Count ?? 0) + (EjectedProviders?.Count ?? 0);

    /// <summary>Takes in a provider that is not simply available.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="availability">Why not.</param>
    /// <param name="changesAt">When that may change, as a stamp.</param>
    public void Add(RegisteredProvider registered, ProviderAvailability availability, long changesAt)
    {
        ChangesAt = Math.Min(ChangesAt, changesAt);
        if (availability is ProviderAvailability.Ejected or ProviderAvailability.Excluded)
            (Closed ??= []).Add(registered);
        switch (availability)
        {
            // One trial a call: with three dead providers a call must not wait for all of them.
            case ProviderAvailability.Trial when Trial is null:
                Trial = registered;
                break;
            case ProviderAvailability.Trial or ProviderAvailability.Ejected:
                AddEjected(registered);
                break;
            case ProviderAvailability.AtCapacity:
                AddFull(registered, isEjected: false);
                break;
            case ProviderAvailability.Excluded:
                AddExcluded(registered);
                break;
        }
    }

    /// <summary>Puts the least bad first.</summary>
    public void OrderEjected(long now)
    {
        if (EjectedProviders is { Count: > 1 })
            EjectedProviders = [.. EjectedProviders.OrderBy(registered => registered.State.ErrorRate(now))];
    }

    public RegisteredProvider? TakeTrial()
    {
        var trial = Trial;
        Trial = null;
        return trial;
    }

    public RegisteredProvider? TakeEjected()
    {
        if (EjectedProviders is not { Count: > 0 })
            return null;
        var registered = EjectedProviders[0];
        EjectedProviders.RemoveAt(0);
        return registered;
    }

    public void AddEjected(RegisteredProvider registered) => (EjectedProviders ??= []).Add(registered);

    public void AddFull(RegisteredProvider registered, bool isEjected)
    {
        (Full ??= []).Add(registered);
        if (isEjected)
            (_ejectedAndFull ??= []).Add(registered);
    }

    public void AddExcluded(RegisteredProvider registered) => (_excluded ??= []).Add(registered);

    public bool IsExcluded(RegisteredProvider registered) => _excluded?.Contains(registered) ?? false;

    /// <summary>An attempt begins at it: the call does not ask it again.</summary>
    public void Forget(RegisteredProvider registered)
    {
        if (Trial == registered)
            Trial = null;
        Full?.Remove(registered);
        EjectedProviders?.Remove(registered);
    }

    /// <summary>Whether a full provider is one of the ejected.</summary>
    public bool IsEjected(RegisteredProvider registered) => _ejectedAndFull?.Contains(registered) ?? false;
}
