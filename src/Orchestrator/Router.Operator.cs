namespace Orchestrator;

// What an operator does by hand.
public sealed partial class Router
{
    /// <summary>Switches a provider off, or on again. One that is off is <see cref="ProviderAvailability.Excluded"/> with
    /// <see cref="ExclusionReason.Disabled"/>, without an end and without trials; calls that wait for its permits go on without it, and
    /// attempts that run end as they would have. Safe to call from many threads.</summary>
    /// <param name="name">The provider's name.</param>
    /// <param name="enabled">Whether calls may ask it.</param>
    /// <returns><see langword="false"/> when there is none of that name.</returns>
    /// <remarks>It belongs to the name: <see cref="ReplaceProviders"/> keeps it for a name that stays; a provider that is added under a
    /// name that was removed is on. Switching it on does not end another exclusion: see <see cref="ResetHealth"/>.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public bool SetEnabled(string name, bool enabled)
    {
        if (StateOf(name) is not { } state)
            return false;
        if (!state.SetEnabled(enabled, _services.Clock.Now()))
            return true;
        if (enabled)
            Log.ProviderEnabled(_services.Logger, name);
        else
            Log.ProviderDisabled(_services.Logger, name);
        return true;
    }

    /// <summary>Forgets what is known of a provider's health: closes its circuit breaker, ends every exclusion and cool-down, and clears
    /// the window of errors, so that no call waits after a bill is paid. Attempts that began before change its health no more. Averages
    /// and totals stay; one that was switched off stays off. Safe to call from many threads.</summary>
    /// <param name="name">The provider's name.</param>
    /// <returns><see langword="false"/> when there is none of that name.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public bool ResetHealth(string name)
    {
        if (StateOf(name) is not { } state)
            return false;
        state.ResetHealth(_services.Clock.Now());
        Log.ProviderHealthReset(_services.Logger, name);
        return true;
    }

    private ProviderState? StateOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _life.ThrowIfDisposed();
        return Array.Find(_providers.All, registered => registered.Info.Name == name)?.State;
    }
}
