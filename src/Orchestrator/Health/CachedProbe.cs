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
/// No other probe starts while one that ignores its token is running, so that such probes cannot pile up; its late answer still counts.
/// </remarks>
internal sealed class CachedProbe(
    string provider, IHealthProbe probe, TimeProvider time, ForeignWork work, ForeignCancellation cancellation, ILogger logger)
    : IDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    internal static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    // Never disposed: it has no timer, and a late question may still link to it.
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Answer? _last;
    private int _asking;

    /// <summary>The last answer there is; true before the first.</summary>
    public bool Last => _last?.Reachable ?? true;

    public ValueTask<bool> GetAsync(long now, CancellationToken cancellationToken)
    {
        if (IsStale(now))
            Ask(now);
        return _last is { } last ? new(last.Reachable) : new(_first.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Cancels the running probe; those who wait for the first answer get "available".</summary>
    public void Dispose() => cancellation.Cancel(_stop);

    private bool IsStale(long now) => _last is not { } last || time.GetElapsedTime(last.At, now) >= Validity;

    private void Ask(long now)
    {
        if (Volatile.Read(ref _asking) != 0 || Interlocked.Exchange(ref _asking, 1) != 0)
            return;
        if (!IsStale(now))
        {
            // Answered between the look and the exchange.
            Volatile.Write(ref _asking, 0);
            return;
        }

        // The probe serves every caller: it runs without the trace and the async-locals of the one that happened to start it.
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
            // A probe cancelled from elsewhere gives no answer either.
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

    /// <summary>Asks on a thread of the router's own: a probe that blocks must block neither the call that asked nor the pool.</summary>
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

        // Before the answer is published: a call that waited for it may find it stale by its own clock and ask again.
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

        /// <summary>The provider's own code: whatever it throws is an answer, or none once it was cancelled.</summary>
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
