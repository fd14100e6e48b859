using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>All that an attempt is given.</summary>
/// <param name="call">What the call was asked.</param>
/// <param name="running">The call, as far as a running attempt has to ask it.</param>
/// <param name="provider">The provider to ask.</param>
/// <param name="role">Why it is asked.</param>
/// <param name="ticket">What its state gave out for the attempt.</param>
/// <param name="number">The attempt's number within the call, from 1.</param>
/// <param name="queuedFor">How long the call waited for the provider's permit.</param>
/// <param name="spentBefore">What the call's limit has counted before this attempt.</param>
internal readonly struct AttemptInput(
    CallInput call,
    IRunningCall running,
    RegisteredProvider provider,
    AttemptRole role,
    AttemptTicket ticket,
    int number,
    TimeSpan queuedFor,
    TimeSpan spentBefore)
{
    public CallInput Call { get; } = call;

    public IRunningCall Running { get; } = running;

    public RegisteredProvider Provider { get; } = provider;

    public AttemptRole Role { get; } = role;

    public AttemptTicket Ticket { get; } = ticket;

    public int Number { get; } = number;

    public TimeSpan QueuedFor { get; } = queuedFor;

    public TimeSpan SpentBefore { get; } = spentBefore;

    /// <summary>Whether the provider is asked to stream.</summary>
    public bool Streaming => Call.Live || Provider.Info.PrefersStreaming || Call.Request.Streaming;

    public CallServices Services => Call.Services;

    public bool Live => Call.Live;

    /// <summary>The limits that hold: those of the request over those of provider and router.</summary>
    public TimeoutOptions Timeouts => Call.Request.Timeouts?.Over(Provider.Timeouts) ?? Provider.Timeouts;

    /// <summary>Whether the provider must not be asked for more: the call is cancelled or abandoned.</summary>
    public bool MustStop => Call.IsCancelled || Running.IsAbandoned;

    /// <summary>
    /// The request as this provider is given it: one of ours reads the caller's own objects, any other gets a copy for each attempt.
    /// </summary>
    /// <exception cref="LlmException">The options cannot be copied.</exception>
    public LlmRequest RequestForProvider()
    {
        // Only the provider knows when it is connected, so it is told the limit; the default it knows itself.
        var request = Call.Request;
        var limits = request.Timeouts;
        var connect = limits?.Connect ?? Provider.Timeouts.Connect;
        if (connect != TimeoutOptions.Default.Connect && connect != limits?.Connect)
            limits = (limits ?? new()) with { Connect = connect };
        if (Provider.Provider is not IReadsOriginals)
            return request.CopyFor(Streaming, limits);
        return Streaming == request.Streaming && ReferenceEquals(limits, request.Timeouts)
            ? request
            : request with { Streaming = Streaming, Timeouts = limits };
    }
}
