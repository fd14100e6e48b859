using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The last answer of one provider's probe, and the one probe that may be running.</summary>
/// <remarks>
/// <code>
///            first question        answer, throw, 2 s or Dispose
///  unknown ────────────────► asking ──────────────────────────► fresh ──30 s──► stale
///                              ▲                                                  │
///                              └────────────── next question ─────────────────────┘
/// </code>
/// While a probe that ignores its cancellation is running no other starts, so that such probes cannot pile up. Its late answer still
/// counts.
/// </remarks>
internal sealed class CachedProbe(
    string provider, IHealthProbe probe, TimeProvider time, ForeignWork work, ForeignCancellation cancellation, ILogger logger)
    : IDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    internal static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    // Not disposed: it has no timer, and a late caller may still create a linked source from it.
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Answer? _last;
    private int _asking;

    /// <summary>The last answer; true before the first.</summary>
    public bool Last => _last?.Reachable ?? true;

    public ValueTask<bool> GetAsync(long now, CancellationToken cancellationToken)
    {
        if (IsStale(now))
            Ask(now);
        return _last is { } last ? new(last.Reachable) : new(_first.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Cancels the running probe; calls that wait for the first answer get "available".</summary>
    public void Dispose() => cancellation.Cancel(_stop);

    private bool IsStale(long now) => _last is not { } last || time.GetElapsedTime(last.At, now) >= Validity;

    private void Ask(long now)
    {
        if (Volatile.Read(ref _asking) != 0 || Interlocked.Exchange(ref _asking, 1) != 0)
            return;
        if (!IsStale(now))
        {
            // Another thread published an answer between the check and the exchange.
            Volatile.Write(ref _asking, 0);
            return;
        }

        // The answer is for all callers: the probe runs without the trace and the async-locals of the caller that started it.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = RunAsync();
            return;
        }

        using (ExecutionContext.SuppressFlow())
            _ = RunAsync();
    }

    /// <summary>Runs detached; nothing escapes.</summary>
    private async Task RunAsync()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var asked = ProbeAsync(cancel.Token);
        try
        {
            // Null: the probe was cancelled and has no answer.
            Publish(await asked.WaitAsync(Limit, time, _stop.Token).ConfigureAwait(false) ?? true, isLast: true);
            return;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Publish(reachable: true, isLast: false);
        }

        await cancellation.CancelAsync(cancel).ConfigureAwait(false);
        if (await asked.ConfigureAwait(false) is { } late)
            Publish(late, isLast: true);
        else
            Volatile.Write(ref _asking, 0);
    }

    /// <summary>Runs the probe on one of the router's own threads: a probe that blocks must block neither the call nor the thread
    /// pool.</summary>
    private Task<bool?> ProbeAsync(CancellationToken cancellationToken)
    {
        var question = new Question(probe, cancellationToken);
        _ = work.RunAsync(question, static q => q.AskAsync());
        return question.Answer;
    }

    private void Publish(bool reachable, bool isLast)
    {
        var before = _last?.Reachable ?? true;
        _last = new(reachable, time.GetTimestamp());

        // Before the answer is published: a call that waited for it may find it stale by its own timestamp and start the next probe.
        if (isLast)
            Volatile.Write(ref _asking, 0);
        _first.TrySetResult(reachable);
        if (before == reachable || _stop.IsCancellationRequested)
            return;
        if (reachable)
            Log.ProbeRecovered(logger, provider);
        else
            Log.ProbeFailed(logger, provider);
    }

    private sealed class Question(IHealthProbe probe, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<bool?> _answer = new();

        public Task<bool?> Answer => _answer.Task;

        /// <summary>Runs the provider's code. An exception counts as "not reachable", or as no answer after a cancellation.</summary>
        public async ValueTask AskAsync()
        {
            bool? answer;
            try
            {
                answer = await probe.ProbeAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception)
            {
                answer = cancellationToken.IsCancellationRequested ? null : false;
            }

            _answer.SetResult(answer);
        }
    }

    private sealed record Answer(bool Reachable, long At);
}
