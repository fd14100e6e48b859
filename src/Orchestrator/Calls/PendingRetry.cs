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
    /// <param name="permits">The wait for a permit, which has joined the queues; null for none.</param>
    /// <param name="clock">The router's clock.</param>
    /// <param name="started">When the call began, for a clock that throws.</param>
    /// <param name="link">Links the wait to what cancels or abandons the call.</param>
    /// <returns>Whether a permit came first, and the provider that granted it; null when one left the list.</returns>
    public async ValueTask<(bool Granted, RegisteredProvider? Provider)> WaitAsync(
        PermitWait? permits, RouterClock clock, long started, Func<LinkedCancellation> link)
    {
        var time = new TimedWait(clock);
        var end = (Granted: false, Provider: (RegisteredProvider?)null);
        try
        {
            var due = Waits.Later(clock.NowOr(started), clock.Stamps(_delay));
            if (permits is null)
                await time.RunAsync(_delay, null, link).ConfigureAwait(false);
            else
                end = await permits.RunAsync(started, null, due, link).ConfigureAwait(false);
            return end;
        }
        finally
        {
            Waited = permits?.Waited ?? time.Waited;
            _delay -= clock.Span(Waited);
            IsDue = !end.Granted || _delay <= TimeSpan.Zero;
        }
    }
}
