using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// One try at one provider: pulls its updates, keeps its limits and its time, decides when its answer is committed, and ends exactly
/// once with an <see cref="LlmAttempt"/>. Used by one call, so only the timer and cancellation callbacks come from other threads.
/// </summary>
internal sealed partial class Attempt
{
    private const int ClockEvery = 64;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly RouteCall _call;
    private readonly CancellationTokenSource _cancel = new();
    private readonly AttemptRole _role;
    private readonly AttemptTicket _ticket;
    private readonly bool _streaming;
    private readonly CancellationTokenRegistration _callerLink;
    private CancellationTokenRegistration _disposeLink;
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;
    private LlmException? _error;
    private bool _ended;
    private int _pulls;

    public Attempt(RouteCall call, RegisteredProvider slot, AttemptRole role, AttemptTicket ticket, long now)
    {
        _call = call;
        Slot = slot;
        _role = role;
        _ticket = ticket;
        _streaming = call.Live || slot.Info.PrefersStreaming || call.Request.Streaming;
        if (call.Token.CanBeCanceled)
            _callerLink = call.Token.UnsafeRegister(static a => ((Attempt)a!).OnGivenUp(), this);
        // A live stream can rest in its consumer's hands while the router is disposed; a buffered call links up when it first waits.
        if (call.Live)
            LinkToDisposal();
        _mark = now;
    }

    public RegisteredProvider Slot { get; }

    private CallServices Services => _call.Services;

    /// <summary>The update just pulled; valid after <see cref="NextAsync"/> said true.</summary>
    public ChatResponseUpdate Current { get; private set; } = null!;

    /// <summary>Whether the update just pulled stands for an event that was skipped: nothing to hand out.</summary>
    public bool HasNothing { get; private set; }

    /// <summary>Whether the provider was asked; if not, because the call was given up first, there was no attempt and is no record.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>Whether its provider was avoided when it began.</summary>
    public bool OnAvoided => _ticket.Avoided;

    /// <summary>Whether it is the trial of an ejected provider.</summary>
    public bool IsTrial => _ticket.IsTrial;

    /// <summary>Whether it ejected its provider, or was a trial that failed; set by <see cref="EndAsync"/>.</summary>
    public bool Ejected { get; private set; }

    /// <summary>How it ended; set by <see cref="EndAsync"/>.</summary>
    public LlmAttempt Record => _call.LastAttempt;

    /// <summary>Pulls one update. False at the end of the answer and after any failure, and then not to be called again; never throws.</summary>
    public ValueTask<bool> NextAsync()
    {
        if (_call.MustStop)
            return new(false);
        ValueTask<bool> pull;
        WasAsked = true;
        try
        {
            _updates ??= Slot.Provider.GenerateAsync(_call.RequestFor(Slot, _streaming), _cancel.Token).GetAsyncEnumerator(_cancel.Token);
            pull = _updates.MoveNextAsync();
            if (!pull.IsCompleted)
                return WaitAsync(pull);
            return new(Took(pull.Result));
        }
#pragma warning disable CA1031 // Whatever a provider throws is the attempt's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new(Failed(error));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(ValueTask<bool> pull)
    {
        var gate = _gate ??= new AbandonablePull(OnOrphanReturned);
        var started = false;
        try
        {
            var wait = gate.WaitAsync(pull);
            if (!_call.Live)
                LinkToDisposal();
            StartClock();
            started = true;
            var returned = await wait.ConfigureAwait(false);
            StopClock();
            if (returned)
                return Took(gate.Result());
            LeaveBehind();
            return Failed(_clockFault ?? new OperationCanceledException(_cancel.Token));
        }
#pragma warning disable CA1031 // Whatever a provider throws is the attempt's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!started)
            {
                // Not the provider, which runs already: a clock that makes no timer keeps no limit.
                _clockFault = error;
                StopClock();
                if (gate.TryLeave())
                    LeaveBehind();
                CancelProvider();
            }

            return Failed(error);
        }
    }

    private bool Took(bool more)
    {
        if (!more)
        {
            _ended = true;
            return false;
        }

        var update = _updates!.Current;
        if (update is null)
            return Failed(new LlmException(LlmErrorKind.MalformedResponse, $"Provider '{Slot.Info.Name}' yielded null instead of an update."));
        HasNothing = false;
        if (update.RawRepresentation is MalformedEvent malformed)
        {
            // One unreadable event is skipped where starting over would say everything twice; the provider ends the stream at a second.
            if (!_call.Live || !Committed)
                return Failed(malformed.Error);
            HasNothing = true;
            Log.EventSkipped(Services.Logger, Slot.Info.Name, malformed.Error);
            return true;
        }

        Read(update);
        // A provider that never waits never meets the timer, so its time is looked at now and then.
        return ++_pulls % ClockEvery != 0 || !IsExpired() || Failed(new OperationCanceledException(_cancel.Token));
    }

    private bool Failed(Exception error)
    {
        if (_limit is { } limit && (error is OperationCanceledException || _leftBehind))
            _error = LimitError(limit);
        else if (error is OperationCanceledException && _isCancelled)
            _error = new LlmException(LlmErrorKind.Timeout, "The attempt was given up by its caller.", error);
        else
            _error = Mapped(error).ClaimedBy(this);
        _error.FillIn(Slot.Info);
        return false;
    }

    private LlmException Mapped(Exception error)
    {
        try
        {
            return ExceptionMapper.Map(error, CancellationToken.None, started: HasContent, request: _call.Request);
        }
#pragma warning disable CA1031 // An exception whose own members throw is a failure like any other.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new LlmException(LlmErrorKind.Unknown, $"The provider threw {error.GetType().FullName}, whose members throw when they are read.", error);
        }
    }

    private void LinkToDisposal()
    {
        if (_disposeLink == default)
        {
            // Each on the pool: what a call goes on to do, its caller's own code included, must not hold up the disposal and the other calls.
            _disposeLink = Services.Disposing.UnsafeRegister(
                static a => ThreadPool.UnsafeQueueUserWorkItem(static attempt => attempt.OnGivenUp(), (Attempt)a!, preferLocal: false), this);
        }
    }
}
