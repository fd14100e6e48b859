namespace Orchestrator;

// Its end in good order.
public sealed partial class Router
{
    /// <summary>Ends the router in good order: refuses new calls, lets the running ones end, and then disposes it as
    /// <see cref="DisposeAsync"/> does. Meanwhile everything but new calls works, the metrics server too.</summary>
    /// <param name="timeout">How long running calls may take, by the router's clock; <see cref="Timeout.InfiniteTimeSpan"/> for as long as
    /// their own time-outs let them. Zero disposes at once. A stream that its reader neither reads on nor disposes counts as
    /// running.</param>
    /// <param name="cancellationToken">Ends the wait: the calls that run then are cancelled, as after the time-out. Not thrown.</param>
    /// <returns>Whether all running calls had ended before the router was disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <remarks>May be called twice, also after the disposal.</remarks>
    public async Task<bool> DrainAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(
                nameof(timeout), timeout, "The time-out of a drain must be zero or longer, or Timeout.InfiniteTimeSpan for no limit.");
        _life.Drain();
        await _services.Running.CloseWithinAsync(timeout, _services.Clock.Time, cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        // Another disposal, or a second drain whose time was over, may have come before.
        return !_services.Running.AreCut;
    }
}
