namespace Orchestrator.Providers;

/// <summary>
/// Keeps one access token and fetches a new one in time. All callers share one fetch and its failure. A failure is remembered for a moment
/// and a refusal for a second, so that a vendor in trouble is not flooded with requests. Thread-safe.
/// </summary>
/// <remarks>
/// A token's age is measured by a stopwatch, and its life by the vendor's clock where the answer has a <c>Date</c>: a wrong clock of this
/// machine changes nothing. A token is replaced a minute before its end, but never before it is a minute old: one that seems to have
/// expired when it arrives is used until the vendor refuses it. After the machine has slept, the clock shows the time that the stopwatch
/// has missed. A caller that cancels does not stop the fetch for the others; when the last caller cancels, the fetch is cancelled.
/// </remarks>
/// <param name="fetch">Fetches a token. It is cancelled when no caller waits any more. May throw any exception; one fetch runs at a
/// time.</param>
/// <param name="time">The clock and the stopwatch.</param>
/// <param name="margin">How long before its end a token is replaced; null for 60 s.</param>
/// <param name="longestUse">The longest use of a token; null for its whole life.</param>
internal sealed class AccessTokenSource(
    Func<CancellationToken, Task<AccessToken>> fetch, TimeProvider time, TimeSpan? margin = null, TimeSpan? longestUse = null) : IDisposable
{
    /// <summary>How long further callers get the same refusal.</summary>
    public static readonly TimeSpan RefusalMemory = TimeSpan.FromSeconds(1);

    /// <summary>How long further callers get the same transient failure. Shorter than the router's retry delay of 250 ms, so that a retry
    /// fetches again.</summary>
    public static readonly TimeSpan FailureMemory = TimeSpan.FromMilliseconds(100);

    /// <summary>The shortest use of a token that is not refused: otherwise a wrong clock would cause a fetch for every
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

    /// <summary>A token that is valid now.</summary>
    /// <exception cref="LlmException">None could be fetched.</exception>
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

    /// <summary>Drops a token that the vendor refused, unless a newer one has replaced it: many refusals cause one fetch.</summary>
    public void Drop(string token)
    {
        lock (_gate)
        {
            if (_kept is { } kept && kept.Value == token)
                _kept = null;
        }
    }

    /// <summary>Drops the token of a request that was refused with 401; false for any other refusal, and for a gateway's page.</summary>
    public bool DropRefused(HttpRequestMessage refused, LlmException error)
    {
        if (error is not { StatusCode: 401, Kind: not LlmErrorKind.MalformedResponse }
            || refused.Headers.Authorization?.Parameter is not { } token)
        {
            return false;
        }

        Drop(token);
        return true;
    }

    /// <summary>The recent tokens: a server may quote one.</summary>
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
            // The next caller must start a new fetch and not join the one that is being cancelled.
            if (_flight == flight)
                _flight = null;
        }

        flight.Cancel();
    }

    private async Task FetchAsync(Flight flight)
    {
        // The age counts from before the request: the time of the answer's transport must not extend the life.
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

    // Each caller gets an exception object of its own, because the stack trace and the router's fields belong to one call.
    private static LlmException Again(LlmException error) => error.Copy(error);

    /// <param name="Value">The token.</param>
    /// <param name="Since">When it was requested, as a stamp.</param>
    /// <param name="At">The same by this machine's clock.</param>
    /// <param name="Use">How long it may be used.</param>
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

        // The task never faults: without a waiting caller the error would be unobserved.
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
                // It ended in the meantime.
            }
        }
    }
}
