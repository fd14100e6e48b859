namespace Orchestrator.Testing;

/// <summary>Counts something and lets tests wait for a count. Thread-safe.</summary>
internal sealed class CountGate(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Increment()
    {
        List<TaskCompletionSource> reached = [];
        lock (_lock)
        {
            var count = ++_count;
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Count > count)
                    continue;
                reached.Add(_waiting[i].Reached);
                _waiting.RemoveAt(i);
            }
        }

        foreach (var waiter in reached)
            waiter.TrySetResult();
    }

    public async Task WhenAsync(int count, TimeSpan limit, string what)
    {
        TaskCompletionSource reached;
        lock (_lock)
        {
            if (_count >= count)
                return;
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
        }

        try
        {
            await reached.Task.WaitAsync(LongWait.ForTimer(limit), time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Expected {what} within {limit.TotalMilliseconds:0} ms; {Count} so far.");
        }
    }
}
