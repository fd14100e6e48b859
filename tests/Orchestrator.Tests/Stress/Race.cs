namespace Orchestrator.Tests.Stress;

/// <summary>Lets two things happen at nearly the same time, now the one first and now the other.</summary>
internal static class Race
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int round, Action one, Action other)
    {
        // A pool thread takes some microseconds to wake: waiting between none and some of them moves the start of either over the other's.
        var dice = new Dice(round, 1);
        var (before, after) = (dice.Below(2000), dice.Below(200));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                Thread.SpinWait(after);
                try
                {
                    other();
                    done.SetResult();
                }
                catch (Exception error)
                {
                    done.SetException(error);
                }
            },
            null);
        Thread.SpinWait(before);
        one();
        await done.Task.WaitAsync(Limit);
    }
}
