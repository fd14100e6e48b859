namespace Orchestrator.Providers;

/// <summary>
/// Keeps one access token and fetches a new one in time: one fetch at a time for however many callers, a failure shared by those who
/// waited and remembered for a moment, a refusal for a second, so that a vendor in trouble is not stormed. Thread-safe.
/// </summary>
/// <remarks>
/// A token's age is measured by our own stopwatch, and its life by the vendor's clock where the answer has a <c>Date</c>: what this
/// machine's clock says changes nothing. It is given up a minute before its end, but never before it is a minute old: one whose life seems
/// to be over when it arrives is good until the vendor refuses it. A machine that slept sees by the clock that more time has passed than
/// the stopwatch says. A caller that cancels leaves the fetch to the others; when the last one leaves, the fetch is cancelled.
/// </remarks>
/// <param name="fetch">Gets a token; its token fires when no caller waits any more. May throw any exception; runs once at a time.</param>
/// <param name="time">Both clocks.</param>
/// <param name="margin">How long before its end a token is given up; null for 60 s.</param>
/// <param name="longestUse">How long a token is used at most, whatever its life; null for as long as it lives.</param>
internal sealed class AccessTokenSource(
    Func<CancellationToken, Task<AccessToken>> fetch, TimeProvider time, TimeSpan? margin = null, TimeSpan? longestUse = null) : IDisposable
{
    /// <summary>How long a refusal answers for further callers.</summary>
    public static readonly TimeSpan RefusalMemory = TimeSpan.FromSeconds(1);

    /// <summary>How long a failure answers that may be gone with the next try. The router's retry after 250 ms must be a true
    /// one.</summary>
    public static readonly TimeSpan FailureMemory = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a token is used at least, unless it is refused: otherwise a wrong clock would make one fetch of every
    /// call.</summary>
    public static readonly TimeSpan LeastUse = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(365);

    private readonly Lock _gate = new();
    private readonly TimeSpan _margin = margin ?? TimeSpan.FromSeconds(60);
    private readonly string?[] _recent = new string?[4];
    private Kept? _kept;
    private Failure? _failure;
    private Flight? _flight;
    private int _seen;
    private bool _disposed;

    /// <summary>A token that is good now.</summary>
    /// <exception cref="LlmException">None could be had.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flight flight;
        var isFirst = false;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_kept is { } kept && IsGood(kept))
                return new(kept.Value);
            if (_failure is { } failure && time.GetElapsedTime(failure.At) < failure.Memory)
                throw Again(failure.Error);
            (_kept, _failure) = (null, null);
            isFirst = _flight is null;
            flight = _flight ??= new Flight(time);
            flight.Waiters++;
        }

        if (isFirst)
            _ = FetchAsync(flight);
        return WaitAsync(flight, cancellationToken);
    }

    /// <summary>Gives a token up that the vendor refused, unless a newer one has taken its place: many refusals, one new fetch.</summary>
    public void Drop(string token)
    {
        lock (_gate)
        {
            if (_kept is { } kept && kept.Value == token)
                _kept = null;
        }
    }

    /// <summary>Gives up the token a request was refused with (401); false when it was refused for something else.</summary>
    public bool DropRefused(HttpRequestMessage refused, LlmException error)
    {
        if (error.StatusCode != 401 || refused.Headers.Authorization?.Parameter is not { } token)
            return false;
        Drop(token);
        return true;
    }

    /// <summary>The tokens of late, which a server may quote.</summary>
    public string[] Recent()
    {
        lock (_gate)
            return [.. _recent.OfType<string>()];
    }

    /// <summary>Ends a running fetch and forgets the token.</summary>
    public void Dispose()
    {
        Flight? flight;
        lock (_gate)
        {
            (flight, _flight, _kept, _disposed) = (_flight, null, null, true);
            Array.Clear(_recent);
        }

        flight?.Cancel();
    }

    private bool IsGood(Kept kept)
    {
        var age = time.GetElapsedTime(kept.Since);
        return age < LeastUse || (age < kept.Use && time.GetUtcNow() - kept.At < kept.Use);
    }

    private async ValueTask<string> WaitAsync(Flight flight, CancellationToken cancellationToken)
    {
        try
        {
            var (token, error) = await flight.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
            return token ?? throw Again(error!);
        }
        finally
        {
            Leave(flight);
        }
    }

    private void Leave(Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiters > 0 || flight.Outcome.IsCompleted)
                return;
            // The next caller starts a new fetch and does not join the one that is being cancelled.
            if (_flight == flight)
                _flight = null;
        }

        flight.Cancel();
    }

    private async Task FetchAsync(Flight flight)
    {
        // Its age is counted from before the request: what the way back took must not lengthen its life.
        var (since, at) = (time.GetTimestamp(), time.GetUtcNow());
        AccessToken token = default;
        LlmException? error = null;
        try
        {
            token = await fetch(flight.Token).ConfigureAwait(false);
            if (string.IsNullOrEmpty(token.Value))
            {
                error = new LlmException(
                    LlmErrorKind.MalformedResponse,
                    "The server's answer to the request for an access token holds none. Check the address of authentication.");
            }
        }
        catch (OperationCanceledException canceled) when (flight.Token.IsCancellationRequested)
        {
            error = new LlmException(
                LlmErrorKind.Timeout,
                $"No access token came within {FetchLimit.TotalSeconds:0} s. Check the address of authentication and the network.",
                canceled);
        }
        catch (Exception failed)
        {
            error = failed as LlmException ?? ExceptionMapper.Map(failed, CancellationToken.None);
        }

        Settle(flight, token, since, at, error);
        flight.End(error is null ? token.Value : null, error);
    }

    private void Settle(Flight flight, AccessToken token, long since, DateTimeOffset at, LlmException? error)
    {
        lock (_gate)
        {
            if (error is null)
                _recent[_seen++ % _recent.Length] = token.Value;
            if (_flight != flight)
                return;
            _flight = null;
            if (error is null)
                _kept = new Kept(token.Value, since, at, UseOf(token));
            else
                _failure = new Failure(error, time.GetTimestamp());
        }
    }

    private TimeSpan UseOf(AccessToken token)
    {
        var life = token.Life ?? token.ExpiresAt - time.GetUtcNow();
        life = life < LongestLife ? Waits.Sum(life, -_margin) : LongestLife;
        life = longestUse is { } longest && longest < life ? longest : life;
        return life > LeastUse ? life : LeastUse;
    }

    // An exception object is thrown once: each caller's stack trace, and what the router writes into it, is that caller's own.
    private static LlmException Again(LlmException error) => error.Copy(error);

    /// <param name="Value">The token.</param>
    /// <param name="Since">When it was asked for, as a stamp.</param>
    /// <param name="At">The same by our clock, right or wrong.</param>
    /// <param name="Use">How long it is used.</param>
    private sealed record Kept(string Value, long Since, DateTimeOffset At, TimeSpan Use);

    private sealed record Failure(LlmException Error, long At)
    {
        public TimeSpan Memory { get; } = Error.Kind is LlmErrorKind.Unavailable or LlmErrorKind.ServerError or LlmErrorKind.Timeout
            && !ConnectionFailure.IsOfTls(Error)
            ? FailureMemory
            : RefusalMemory;
    }

    /// <summary>One fetch and the callers that wait for it.</summary>
    private sealed class Flight
    {
        private readonly TaskCompletionSource<(string? Token, LlmException? Error)> _done = new(
            TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _cancel;

        public Flight(TimeProvider time)
        {
            _cancel = new CancellationTokenSource(FetchLimit, time);
            Token = _cancel.Token;
        }

        public CancellationToken Token { get; }

        // Never faulted: without a waiting caller the error would be an unobserved one.
        public Task<(string? Token, LlmException? Error)> Outcome => _done.Task;

        /// <summary>Written under the source's lock.</summary>
        public int Waiters { get; set; }

        public void End(string? token, LlmException? error)
        {
            _done.TrySetResult((token, error));
            _cancel.Dispose();
        }

        public void Cancel()
        {
            if (_done.Task.IsCompleted)
                return;
            try
            {
                _cancel.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended at this very moment.
            }
        }
    }
}
