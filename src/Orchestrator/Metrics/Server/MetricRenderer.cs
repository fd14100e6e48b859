namespace Orchestrator;

/// <summary>What an export gave: the pages asked for, or an error.</summary>
internal sealed record MetricRendering(MetricPage? Plain, MetricPage? Gzip, Exception? Error);

/// <summary>
/// Renders pages, one at a time, on a thread of its own: a starved thread pool cannot stop the scrapes that would show it, and a slow
/// collect callback holds up other scrapes but not the connections.
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

    /// <summary>Asks the running export to end: no connection waits for it any more.</summary>
    public void Cancel()
    {
        lock (_gate)
            _ = _cancellation.CancelAsync(); // Not Cancel: what hangs on the token is not for this thread, nor for the lock.
    }

    /// <summary>Lets the thread end; an export that runs is cancelled, not waited for.</summary>
    public void Dispose()
    {
        // The event itself is left to the collector: the thread may be about to wait for it.
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
            // Completes at once unless a callback awaits; it then goes on where the callback does, and reports all the same.
            _ = RenderAsync(NewToken());
        }
    }

    private CancellationToken NewToken()
    {
        lock (_gate)
        {
            // One for each export: what a collect callback left hanging on the last one's token is not to end with this one.
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
            // The one place where a failing callback, or whatever else it may be, ends: the loop logs it and answers 500.
            plain.Release();
            gzip?.Release();
            result = new MetricRendering(null, null, error);
        }

        Volatile.Write(ref _result, result);
        finished();
    }
}
