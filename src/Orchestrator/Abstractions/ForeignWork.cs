namespace Orchestrator;

/// <summary>
/// A router's threads for code of providers that may block: disposal, probes, cancellation callbacks. It must not block threads of the
/// pool, which the running calls and the timers need. Continuations run on these threads too, unless they use <c>ConfigureAwait(false)</c>.
/// Quick work shares one thread. When work blocks its thread, more threads are started for the work that waits: twice as many each time
/// that no work has begun for a while. A thread without work ends. Thread-safe.
/// </summary>
internal sealed class ForeignWork
{
    /// <summary>How long all threads may be busy before more are started for the work that waits.</summary>
    internal static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly object _watching = new();
    private readonly Queue<Item> _waiting = new();
    private readonly Continuations _continuations;
    private int _threads;
    private int _idle;
    private int _begun;
    private bool _isWatched;

    public ForeignWork() => _continuations = new Continuations(this);

    /// <summary>Runs a piece of work on one of the threads; returns at once.</summary>
    /// <returns>Completes when all of the work has ended, as it has ended. Its continuations run on the pool.</returns>
    public Task RunAsync<T>(T state, Func<T, ValueTask> work)
        where T : class
    {
        var item = new Whole<T>(state, work);
        Add(item);
        return item.Ended;
    }

    private void Add(Item item)
    {
        lock (_gate)
        {
            _waiting.Enqueue(item);
            if (_waiting.Count <= _idle)
            {
                Monitor.Pulse(_gate);
            }
            else if (_threads == 0)
            {
                AddThread();
            }
            else if (!_isWatched)
            {
                _isWatched = true;
                Start(Watch);
            }
        }
    }

    private void AddThread()
    {
        _threads++;
        Start(Work);
    }

    private static void Start(ThreadStart run)
    {
        try
        {
            new Thread(run) { IsBackground = true, Name = "Orchestrator provider work" }.UnsafeStart();
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            // The process cannot start another thread: the work runs on the pool.
            ThreadPool.UnsafeQueueUserWorkItem(static start => start(), run, preferLocal: false);
        }
    }

    private void Work()
    {
        while (Next() is { } item)
        {
            SynchronizationContext.SetSynchronizationContext(_continuations);
            item.Run();
        }
    }

    private Item? Next()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _idle++;
                Monitor.Wait(_gate, Idle);
                _idle--;
            }

            if (_waiting.TryDequeue(out var item))
                _begun++;
            else
                _threads--;
            return item;
        }
    }

    /// <summary>Adds threads as long as work waits behind work that blocks. Runs no code of providers itself.</summary>
    private void Watch()
    {
        var quiet = TimeSpan.Zero;
        while (quiet < Idle)
        {
            var begun = Volatile.Read(ref _begun);
            lock (_watching)
                Monitor.Wait(_watching, Stall);
            lock (_gate)
            {
                quiet = _waiting.Count > 0 ? TimeSpan.Zero : quiet + Stall;
                if (begun == _begun)
                {
                    for (var more = Math.Min(_waiting.Count - _idle, Math.Max(1, _threads)); more > 0; more--)
                        AddThread();
                }

                if (quiet >= Idle)
                    _isWatched = false;
            }
        }
    }

    private abstract class Item
    {
        public abstract void Run();
    }

    private sealed class Whole<T>(T state, Func<T, ValueTask> work) : Item
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public override async void Run()
        {
            // An async method, so that changes of the work to the thread's execution context are undone when it returns.
            try
            {
                await work(state).ConfigureAwait(false);
                _ended.SetResult();
            }
#pragma warning disable CA1031 // The task of the work carries the exception.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _ended.SetException(error);
            }
        }
    }

    private sealed class Continuation(SendOrPostCallback run, object? state) : Item
    {
        public override void Run() => run(state);
    }

    /// <summary>Posts continuations of the work to the threads. There may be several threads, so that work that blocks on its own
    /// continuation completes.</summary>
    private sealed class Continuations(ForeignWork threads) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => threads.Add(new Continuation(d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
