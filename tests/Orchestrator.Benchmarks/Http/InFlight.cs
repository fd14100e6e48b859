using System.Diagnostics;

namespace Orchestrator.Benchmarks;

/// <summary>Processor time and bytes of one operation, by round, while so many of them run at once.</summary>
internal sealed record LoadCost(string Name, double[] Processor, double[] Elapsed, double Bytes)
{
    /// <summary>Microseconds of this process's processor time.</summary>
    public double Microseconds => Cost.Middle(Processor);

    public double ElapsedMicroseconds => Cost.Middle(Elapsed);

    /// <summary>The median of the ratios within the rounds: what slows a whole round down falls out of it.</summary>
    public double Over(LoadCost other) => Cost.Middle([.. Processor.Zip(other.Processor, (mine, its) => mine / its)]);
}

/// <summary>Runs subjects by turns, each with several operations at once.
/// What other processes do does not count, only how they disturb.</summary>
internal static class InFlight
{
    public static async Task<LoadCost[]> MeasureAsync(int atOnce, int times, int rounds, params (string Name, Func<Task> Once)[] subjects)
    {
        // As many rounds before as it takes until nothing is compiled any more.
        for (var i = 0; i < 12; i++)
        {
            foreach (var (_, once) in subjects)
                await RunAsync(once, atOnce, times);
            await Task.Delay(60);
        }

        var costs = subjects.Select(s => new LoadCost(s.Name, new double[rounds], new double[rounds], double.MaxValue)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < subjects.Length; turn++)
            {
                var i = (round + turn) % subjects.Length;
                GC.Collect();
                var bytes = GC.GetTotalAllocatedBytes(precise: true);
                var processor = Environment.CpuUsage.TotalTime;
                var started = Stopwatch.GetTimestamp();
                await RunAsync(subjects[i].Once, atOnce, times);
                costs[i].Elapsed[round] = Stopwatch.GetElapsedTime(started).TotalMicroseconds / times;
                costs[i].Processor[round] = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / times;
                bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
                costs[i] = costs[i] with { Bytes = Math.Min(costs[i].Bytes, bytes / (double)times) };
            }
        }

        return costs;
    }

    private static Task RunAsync(Func<Task> once, int atOnce, int times)
    {
        var left = times;
        return Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await once();
        }));
    }
}
