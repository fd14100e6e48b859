namespace Orchestrator;

/// <summary>A retry at the same provider that is paid for and not made yet.</summary>
/// <param name="provider">The provider.</param>
/// <param name="onEjected">Whether it may be made though the provider is ejected.</param>
/// <param name="delay">How long to wait before it.</param>
internal sealed class PendingRetry(RegisteredProvider provider, bool onEjected, TimeSpan delay)
{
    private TimeSpan _delay = delay;

    public RegisteredProvider Provider { get; } = provider;

    public bool OnEjected { get; } = onEjected;

    /// <summary>What ends the call if it cannot be made; null when another provider may be tried.</summary>
    public LlmException? Otherwise { get; init; }

    /// <summary>The one other provider that may be tried if it cannot be made; null for any.</summary>
    public OneElsewhere? Elsewhere { get; init; }

    /// <summary>Whether its delay is over.</summary>
    public bool IsDue { get; private set; } = delay <= TimeSpan.Zero;

    /// <summary>How long the last wait for it took, in stamps; never zero.</summary>
    public long Waited { get; private set; }

    /// <summary>Waits until it is due, or a full provider has a permit. Ends at once when the call is cancelled or abandoned, which the
    /// call looks at next.</summary>
    /// <param name="permits">The wait for a permit, which has joined the lines; null for none.</param>
    /// <param name="call">The call.</param>
    /// <param name="clock">The router's clock.</param>
    /// <param name="link">Links the wait to what cancels or abandons the call.</param>
    /// <returns>The permit, where one came first; null otherwise.</returns>
    public async ValueTask<PermitWaiter?> WaitAsync(
        PermitWait? permits, RouteCall call, RouterClock clock, Func<LinkedCancellation> link)
    {
        var time = new TimedWait(clock);
        PermitWaiter? granted = null;
        try
        {
            if (permits is null)
                await time.RunAsync(_delay, null, link).ConfigureAwait(false);
            else
                (granted, _) = await LineWatch.RunAsync(call, permits, _delay, looks: false).ConfigureAwait(false);
            return granted;
        }
        finally
        {
            Waited = permits?.Waited() ?? time.Waited;
            _delay -= clock.Span(Waited);
            IsDue = granted is null || _delay <= TimeSpan.Zero;
        }
    }
}
