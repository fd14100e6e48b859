using System.Diagnostics;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Tests.Interleavings;

/// <summary>
/// Runs threads so that only one moves at a time, and changes over at points the scenario passes, as a seed says: the same seed gives the
/// same order. Set free, it lets them all run at once and only holds them up a little.
/// </summary>
/// <remarks>
/// Points are where the library calls out: the clock, the strategy, the provider, the observer. What continues on a thread of the pool, as
/// a call that has waited for a permit does, is not held at points: of such scenarios a seed repeats the order of everything else.
/// </remarks>
internal sealed class Interleaver(long seed, bool free = false)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [ThreadStatic]
    private static Actor? _current;

    private readonly List<Actor> _actors = [];
    private readonly int _percent = 10 + (int)((ulong)seed % 9 * 10);
    private Dice _dice = new(seed, 3);
    private long _steps;

    public long Seed => seed;

    /// <summary>How many points were passed: the time by which one thing happened before another.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>When the call began that this thread is making.</summary>
    public static long CallBegan
    {
        get => _current?.CallBegan ?? 0;
        set => _current!.CallBegan = value;
    }

    public void Add(Action body) => _actors.Add(new Actor(this, body));

    public void Run()
    {
        foreach (var actor in _actors)
            actor.Thread.Start();
        if (free)
            _actors.ForEach(a => a.Turn.Release());
        else
            Pass();
        foreach (var actor in _actors)
        {
            if (!actor.Thread.Join(Limit))
                throw new TimeoutException("A thread does not come to its end.");
        }

        if (_actors.Find(a => a.Error is not null) is { Error: { } error })
            throw new InvalidOperationException(error.Message, error);
    }

    /// <summary>Another thread may go on here.</summary>
    public void Point()
    {
        Interlocked.Increment(ref _steps);
        if (_current is not { } me || me.Owner != this)
            return;
        if (free)
        {
            Thread.SpinWait(Random.Shared.Next(100));
            return;
        }

        if (_dice.Percent(_percent))
            Change(me);
    }

    /// <summary>Waits while the others go on.</summary>
    public void Wait(Task task)
    {
        if (!free && _current is { } me)
        {
            me.Awaited = task;
            var waited = Stopwatch.StartNew();
            while (!task.IsCompleted && waited.Elapsed < Limit)
                Change(me);
            me.Awaited = null;
        }

        if (!Task.WhenAny(task, Task.Delay(Limit)).GetAwaiter().GetResult().Equals(task))
            throw new TimeoutException("What was waited for did not come.");
    }

    private void Change(Actor me)
    {
        var next = Next();
        if (next is null || next == me)
        {
            // All wait for what goes on elsewhere.
            if (me.Awaited is { IsCompleted: false })
                Thread.Sleep(0);
            return;
        }

        next.Turn.Release();
        me.Turn.Wait();
    }

    private Actor? Next()
    {
        var ready = _actors.FindAll(a => !a.IsDone && a.Awaited is not { IsCompleted: false });
        return ready.Count == 0 ? _actors.Find(a => !a.IsDone) : ready[_dice.Below(ready.Count)];
    }

    private void Pass() => Next()?.Turn.Release();

    private sealed class Actor
    {
        public Actor(Interleaver owner, Action body)
        {
            Owner = owner;
            Thread = new Thread(() => Run(body), 256 * 1024) { IsBackground = true };
        }

        public Interleaver Owner { get; }

        public Thread Thread { get; }

        public SemaphoreSlim Turn { get; } = new(0);

        public Task? Awaited { get; set; }

        public long CallBegan { get; set; }

        public bool IsDone { get; private set; }

        public Exception? Error { get; private set; }

        private void Run(Action body)
        {
            Turn.Wait();
            _current = this;
            try
            {
                body();
            }
            catch (Exception error)
            {
                Error = error;
            }

            IsDone = true;
            if (!Owner.Free)
                Owner.Pass();
        }
    }

    private bool Free => free;
}
