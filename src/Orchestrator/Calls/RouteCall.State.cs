using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>What a call knows: what was asked, what has been tried, and what the caller is told in the end.</summary>
internal sealed partial class RouteCall
{
    private readonly LinkedCancellation? _pair;
    private LlmAttempt[] _attempts = [];
    private LlmException? _broken;
    private RouteResult? _result;
    private long _spent;
    private long _counted;
    private long _held;
    private long _pausedAt;
    private bool _paused;
    private long _finished;
    private AttemptOutcome _outcome = AttemptOutcome.Failed;
    private bool _ended;

    public RouteCall(CallServices services, RoutePlanner planner, LlmRequest request, bool live, long sequence, CancellationToken ownToken, CancellationToken enumeratorToken = default)
    {
        Services = services;
        _planner = planner;
        Request = request;
        Live = live;
        Sequence = sequence;
        if (!enumeratorToken.CanBeCanceled || enumeratorToken == ownToken)
            Token = ownToken;
        else if (!ownToken.CanBeCanceled)
            Token = enumeratorToken;
        else
            Token = (_pair = new LinkedCancellation(ownToken, enumeratorToken)).Token;
    }

    public CallServices Services { get; }

    public LlmRequest Request { get; }

    /// <summary>When it was made. A buffered call begins at once; a stream when its consumer asks for the first update.</summary>
    public long Started { get; private set; }

    /// <summary>Whether updates go out as they come, or the answer is collected first.</summary>
    public bool Live { get; }

    /// <summary>Whether a live answer that breaks after its first content is started over at the next provider.</summary>
    public bool MayRestart { get; set; }

    /// <summary>The router's call number.</summary>
    public long Sequence { get; }

    /// <summary>Fires when the caller gives up, by either of the tokens a stream can be given.</summary>
    public CancellationToken Token { get; }

    public int AttemptCount => _attempts.Length;

    /// <summary>What is told of the attempt that ended last.</summary>
    public LlmAttempt LastAttempt => _attempts[^1];

    public bool IsGivenUp => Token.IsCancellationRequested || Services.IsDisposing;

    /// <summary>Whether the stream was disposed while an update was awaited.</summary>
    public bool IsLeft => Volatile.Read(ref _turn) == Turn.Left;

    /// <summary>Whether nothing more may be asked, for whichever of the two reasons.</summary>
    public bool MustStop => IsGivenUp || IsLeft;

    /// <summary>Whether another available candidate could be tried after the running attempt.</summary>
    public bool HasAnother => AttemptCount + 1 < MaxAttempts && _plan!.HasAnotherAvailable;

    /// <summary>What the call's limit counts of the attempts that have ended, and what was waited between them.</summary>
    public TimeSpan SpentBefore => Services.Clock.Span(_counted + _waited);

    private int MaxAttempts => Services.MaxAttempts ?? Math.Clamp(_triedBefore + _plan!.Count, 4, 12);

    /// <summary>The request as this provider is given it: one of ours reads the caller's own objects, any other gets a copy for each attempt.</summary>
    /// <exception cref="LlmException">The options cannot be copied.</exception>
    public LlmRequest RequestFor(RegisteredProvider slot, bool streaming)
    {
        // Only the provider knows when it is connected, so it is told the limit; the default it knows itself.
        var limits = Request.Timeouts;
        var connect = limits?.Connect ?? slot.Timeouts.Connect;
        if (connect != TimeoutOptions.Default.Connect && connect != limits?.Connect)
            limits = (limits ?? new()) with { Connect = connect };
        if (slot.Provider is not IReadsOriginals)
            return Request.CopyFor(streaming, limits);
        return streaming == Request.Streaming && ReferenceEquals(limits, Request.Timeouts) ? Request : Request with { Streaming = streaming, Timeouts = limits };
    }

    /// <summary>Takes in an attempt that has ended.</summary>
    /// <param name="attempt">What is told of it.</param>
    /// <param name="spent">The time it took.</param>
    /// <param name="counted">The part of that which the call's limit counts: until its answer went out live, if it did.</param>
    public void Add(LlmAttempt attempt, long spent, long counted)
    {
        var attempts = new LlmAttempt[_attempts.Length + 1];
        _attempts.CopyTo(attempts, 0);
        attempts[^1] = attempt;
        _attempts = attempts;
        _spent += spent;
        _counted += counted;
        QueuedFor = TimeSpan.Zero;
    }

    /// <summary>Returns when another provider may be tried; throws what the caller learns otherwise.</summary>
    private void Judge(Attempt attempt)
    {
        if (attempt.Record.Outcome is AttemptOutcome.Cancelled or AttemptOutcome.Abandoned)
            throw GivenUp();
        var error = attempt.Record.Error!;
        if (attempt.CallExpired)
            throw Exhausted();
        // Who was asked to start over and rejects the request: the consumer still saw a cut stream, and learns that.
        ConsiderRetry(attempt);
        _againOr = null;
        if (!Services.Rules[error.Kind].TriesNextProvider)
        {
            _againOr = _broken ?? error;
            if (_again is null)
                throw _againOr;
        }

        if (!attempt.Committed)
            return;

        // A tool that ran for the answer that broke must not run for the next one.
        if (!MayRestart || attempt.ToolRan)
            throw error;
        _broken = error;
    }

    private Exception GivenUp()
    {
        _outcome = IsGivenUp ? AttemptOutcome.Cancelled : AttemptOutcome.Abandoned;
        if (!IsGivenUp)
            return new OperationCanceledException("The stream was disposed while this update of it was awaited.");
        if (!Token.IsCancellationRequested)
            return RouterDisposed.Error("The router was disposed while the call was running.");
        return new OperationCanceledException("The caller cancelled the call.", _pair?.Fired ?? Token);
    }

    private LlmException Exhausted()
    {
        if (_attempts.Length == 0)
            return new LlmException(LlmErrorKind.NoCandidate, "No provider may serve this call: the strategy left out every candidate.");
        // A stream that broke and cannot start over elsewhere is still the cut stream its consumer saw.
        if (_broken is not null && _attempts.Length == 1)
            return _broken;
        var last = _attempts[^1].Error!;
        var what = string.Join("; ", _attempts.Select(a => $"{a.Provider.Name}: {a.Error!.Kind}{(a.Error.StatusCode is { } s ? $" (HTTP {s})" : "")}"));
        return new AllProvidersFailedException(
            last.Kind,
            $"{(_attempts.Length == 1 ? "The only attempt" : $"All {_attempts.Length} attempts")} failed: {what}. See Attempts for each error.",
            _attempts,
            last)
        {
            ProviderName = last.ProviderName,
            Model = last.Model,
            StatusCode = last.StatusCode,
            ProviderCode = last.ProviderCode,
            RequestId = last.RequestId,
            RetryAfter = _attempts.Min(a => a.Error!.RetryAfter),
            PartialText = _broken?.PartialText ?? last.PartialText,
        };
    }

    private RouteResult ResultOf(Attempt attempt)
    {
        var record = attempt.Record;
        var response = Live ? null : attempt.Response();
        _finished = Services.Clock.Now();
        var latency = Services.Clock.Span(_finished - Started - _held);
        return response is null
            ? new RouteResult { Provider = record.Provider, Usage = record.Usage, Cost = record.Cost, CostSource = record.CostSource, Currency = record.Currency, Latency = latency, Attempts = _attempts }
            : new LlmResponse
            {
                Provider = record.Provider,
                Usage = record.Usage,
                Cost = record.Cost,
                CostSource = record.CostSource,
                Currency = record.Currency,
                Latency = latency,
                Attempts = _attempts,
                Response = response,
            };
    }

    /// <summary>The router's own last update: no text, the route, and of usage and model what the provider did not say.</summary>
    private ChatResponseUpdate Closing(Attempt attempt) => new()
    {
        Contents = attempt.UntoldUsage() is { } untold ? [new UsageContent(untold)] : [],
        ModelId = attempt.UntoldModel(),
        RawRepresentation = _result,
    };

    /// <summary>An update goes to the consumer: the time until it asks for the next is its own.</summary>
    private void Pause()
    {
        _paused = true;
        _pausedAt = Services.Clock.Now();
        _attempt?.Pause(_pausedAt);
        if (_outcome == AttemptOutcome.Failed)
            _outcome = AttemptOutcome.Abandoned;
    }

    private void Resume()
    {
        if (!_paused)
            return;
        var now = Services.Clock.Now();
        _held += now - _pausedAt;
        _paused = false;
        _attempt?.Resume(now);
        if (_outcome == AttemptOutcome.Abandoned)
            _outcome = AttemptOutcome.Failed;
    }

    /// <summary>Counts the call, once, however it ended.</summary>
    private void End()
    {
        if (_ended)
            return;
        _ended = true;
        _pair?.Release();
        _plan?.Dispose();
        if (_again is not null)
        {
            // A retry that was paid for and is not made any more.
            _again = null;
            Services.Budget.PutBack();
        }

        // Never asked for its first update: nothing was called.
        if (!_asked)
            return;
        // A buffered call is over with its result; a clock is too dear to look at twice.
        var now = Live || _finished == 0 ? Services.Clock.NowOr(Started + _held + _spent + _waited) : _finished;
        if (_paused)
            _held += now - _pausedAt;
        // Who leaves after the completion mark had a whole answer; who leaves having cancelled has cancelled.
        if (_outcome == AttemptOutcome.Abandoned && _attempts is [.., { Outcome: AttemptOutcome.Succeeded or AttemptOutcome.Cancelled }])
            _outcome = _attempts[^1].Outcome;
        var whole = now - Started - _held;
        Services.Calls.Add(
            _outcome,
            Services.Clock.Span(whole).TotalSeconds,
            Math.Max(0, whole - _spent - _waited) / (double)Services.Clock.Frequency,
            _attempts);
    }

    /// <summary>Whether the provider of this name has been asked already.</summary>
    public bool WasTried(RegisteredProvider slot) => Array.Exists(_attempts, a => a.Provider.Name == slot.Info.Name);

    /// <summary>A prompt that was too long once is tried again only where there is more room.</summary>
    private bool IsTooSmall(RegisteredProvider slot)
    {
        foreach (var attempt in _attempts)
        {
            if (attempt.Error?.Kind == LlmErrorKind.ContextLengthExceeded && slot.Info.ContextWindow <= attempt.Provider.ContextWindow)
                return true;
        }

        return false;
    }
}
