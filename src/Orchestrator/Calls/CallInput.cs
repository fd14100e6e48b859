using System.Diagnostics;

namespace Orchestrator;

/// <summary>
/// What one call was asked, and the services it works with. Its plans and attempts share it. Fixed but for its number, which it
/// takes when it begins, and its turn, which its first plan takes.
/// </summary>
internal sealed class CallInput
{
    private readonly LinkedCancellation? _tokens;
    private long _turn = -1;

    /// <param name="services">What the router's calls share.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="live">Whether updates go out as they come.</param>
    /// <param name="ownToken">The token that the call was given.</param>
    /// <param name="enumeratorToken">The token that the enumerator of its stream was given.</param>
    public CallInput(
        CallServices services, LlmRequest request, bool live, CancellationToken ownToken, CancellationToken enumeratorToken)
    {
        Services = services;
        Request = request;
        Live = live;
        Token = ownToken;
        if (enumeratorToken.CanBeCanceled && enumeratorToken != ownToken)
            Token = ownToken.CanBeCanceled ? (_tokens = new LinkedCancellation(ownToken, enumeratorToken)).Token : enumeratorToken;
    }

    public CallServices Services { get; }

    public LlmRequest Request { get; }

    /// <summary>Fires when the caller cancels, by either of the tokens a stream can be given.</summary>
    public CancellationToken Token { get; }

    /// <summary>The one of the caller's own tokens that has fired.</summary>
    public CancellationToken FiredToken => _tokens?.Fired ?? Token;

    /// <summary>The call's span; null when nothing samples it.</summary>
    public Activity? Span { get; private set; }

    /// <summary>Its number among the router's calls, from 0 up: that of its id, and what the retry budget counts by.</summary>
    public long Number { get; private set; }

    /// <summary>Whether updates go out as they come, or the answer is collected first.</summary>
    public bool Live { get; }

    /// <summary>Whether the caller has cancelled, or the router is being disposed.</summary>
    public bool IsCancelled => Token.IsCancellationRequested || Services.IsDisposing;

    /// <summary>The turn among its candidates that it has taken; null as long as it has taken none.</summary>
    public long? Turn => _turn < 0 ? null : _turn;

    /// <summary>Takes its turn, which it keeps however often it plans anew.</summary>
    public long TakeTurn(TurnCount turns) => _turn = turns.Take();

    /// <summary>The call begins.</summary>
    /// <exception cref="ObjectDisposedException">The router is being drained.</exception>
    public void Begin()
    {
        Number = Services.Running.Begin();
        Span = Services.Telemetry.StartCall(Request);
    }

    /// <summary>The caller's tokens keep nothing of the call from now on.</summary>
    public void ReleaseTokens() => _tokens?.Unlink();

    /// <summary>The call's own limit at a provider; null when none holds.</summary>
    public TimeSpan? LimitAt(RegisteredProvider registered) =>
        (Request.Timeouts?.Call ?? registered.Timeouts.Call) is { } limit && limit != Timeout.InfiniteTimeSpan ? limit : null;

    /// <summary>
    /// What the call's limit leaves at a provider; null when none holds. Never below zero: one millisecond below is the sign for no
    /// limit.
    /// </summary>
    /// <param name="registered">The provider.</param>
    /// <param name="counted">What the limit has counted so far, in stamps.</param>
    public TimeSpan? TimeLeftAt(RegisteredProvider registered, long counted)
    {
        if (LimitAt(registered) is not { } limit)
            return null;
        var left = limit - Services.Clock.Span(counted);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }
}
