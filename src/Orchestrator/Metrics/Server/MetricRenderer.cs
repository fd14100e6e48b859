namespace Orchestrator;

/// <summary>The result of an export: the pages, or an error.</summary>
internal sealed record MetricRendering(MetricPage? Plain, MetricPage? Gzip, Exception? Error);

/// <summary>
/// Renders pages, one at a time, on a thread of its own: scrapes work while the thread pool is starved, and a slow collect callback delays
/// other scrapes but not the connections.
/// </summary>
internal sealed class MetricRenderer(Func<Stream, CancellationToken, Task> export, ChunkPool pool, Action finished) : IDisposable
{
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly Lock _gate = new();
    private CancellationTokenSource _cancellation = new();
    private MetricRendering? _result;
    private bool _wantsPlain, _wantsGzip;
    private volatile bool _stopped;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Orchestrator metrics export" }.UnsafeStart();

    /// <summary>Begins an export. The loop calls it only after it has taken the result of the one before.</summary>
    public void Begin(bool plain, bool gzip)
    {
        (_wantsPlain, _wantsGzip) = (plain, gzip);
        _work.Set();
    }

    /// <summary>The result of the export begun last, once.</summary>
    public MetricRendering? Take() => Interlocked.Exchange(ref _result, null);

    /// <summary>Cancels the running export: no connection waits for it any more.</summary>
    public void Cancel()
    {
        lock (_gate)
            _ = _cancellation.CancelAsync(); // Not Cancel: callbacks of the token must not run on this thread or under the lock.
    }

    /// <summary>Lets the thread end; an export that runs is cancelled, not waited for.</summary>
    public void Dispose()
    {
        // The event is not disposed: the thread may be about to wait for it.
        _stopped = true;
        Cancel();
        _work.Set();
    }

    private void Run()
    {
        while (true)
        {
            _work.WaitOne();
            if (_stopped)
                return;
            // Completes at once unless a callback awaits; then it continues on the callback's thread and reports its result too.
            _ = RenderAsync(NewToken());
        }
    }

    private CancellationToken NewToken()
    {
        lock (_gate)
        {
            // A new source for each export: callbacks that are registered on the last token must not be cancelled with this one.
            return (_cancellation = new CancellationTokenSource()).Token;
        }
    }

    private async Task RenderAsync(CancellationToken cancellationToken)
    {
        var plain = new MetricPage(pool, cancellationToken);
        MetricPage? gzip = null;
        MetricRendering result;
        try
        {
            await export(plain, cancellationToken).ConfigureAwait(false);
            if (_wantsGzip)
                plain.CompressTo(gzip = new MetricPage(pool, cancellationToken));
            if (!_wantsPlain)
                plain.Release();
            result = new MetricRendering(_wantsPlain ? plain : null, gzip, Error: null);
        }
        catch (Exception error)
        {
            // The only place that catches errors of collect callbacks: the loop logs them and answers 500.
            plain.Release();
            gzip?.Release();
            result = new MetricRendering(null, null, error);
        }

        Volatile.Write(ref _result, result);
        finished();
    }
}
