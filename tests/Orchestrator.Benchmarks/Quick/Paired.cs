using System.Diagnostics;

namespace Orchestrator.Benchmarks;

/// <summary>Something to measure: <paramref name="Run"/> does it so many times.</summary>
internal sealed record Subject(string Name, Func<int, Task> Run)
{
    public static Subject Of(string name, Func<Task> once) => new(name, async times =>
    {
        for (var i = 0; i < times; i++)
            await once();
    });

    public static Subject Of(string name, Action once) => new(name, times =>
    {
        for (var i = 0; i < times; i++)
            once();
        return Task.CompletedTask;
    });
}

/// <summary>Nanoseconds and bytes of one call, by round.</summary>
internal sealed record Cost(double[] Rounds, double Bytes)
{
    public double Median => Middle(Rounds);

    public double Least => Rounds.Min();

    /// <summary>The median of the differences within the rounds: what slows a whole round down falls out of it.</summary>
    public double Over(Cost other) => Middle([.. Rounds.Zip(other.Rounds, (mine, its) => mine - its)]);

    public static double Middle(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Runs subjects by turns, in many short rounds, so that whatever else the machine does meets all of them alike.</summary>
internal static class Paired
{
    public static async Task<Cost[]> MeasureAsync(int times, int rounds, params Subject[] subjects)
    {
        // Two levels of compilation, the second in the background: warm up, wait, warm up.
        for (var i = 0; i < 8; i++)
        {
            for (var n = 0; n < Math.Max(1, Math.Min(8, rounds / 100)); n++)
            {
                foreach (var subject in subjects)
                    await subject.Run(times);
            }

            await Task.Delay(60);
        }

        var nanoseconds = subjects.Select(_ => new double[rounds]).ToArray();
        var bytes = new double[subjects.Length];
        Array.Fill(bytes, double.MaxValue);
        GC.Collect();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < subjects.Length; turn++)
            {
                var i = (round + turn) % subjects.Length;
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                var started = Stopwatch.GetTimestamp();
                await subjects[i].Run(times);
                nanoseconds[i][round] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / times;
                bytes[i] = Math.Min(bytes[i], (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)times);
            }
        }

        return [.. nanoseconds.Zip(bytes, (n, b) => new Cost(n, b))];
    }
}
