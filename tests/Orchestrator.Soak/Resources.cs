using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Soak;

/// <summary>What the process holds while nothing runs.</summary>
internal sealed record Resources(long LiveBytes, int Threads, long Timers, int Descriptors)
{
    private const long MostGrowth = 1 << 20;

    /// <summary>Measures; again, if it is more than before, after a moment:
    /// buffers of the runtime's own come and go, a leak stays.</summary>
    public static async Task<Resources> MeasureAsync(Resources? before)
    {
        var held = Measure();
        for (var i = 0; i < 5 && before is not null
            && (held.LiveBytes - before.LiveBytes > MostGrowth || held.Timers > before.Timers || held.Threads > before.Threads); i++)
        {
            await Task.Delay(200);
            held = Measure();
        }

        return held;
    }

    private static Resources Measure()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return new(GC.GetTotalMemory(forceFullCollection: true), process.Threads.Count, Timer.ActiveCount,
            Directory.GetFiles("/proc/self/fd").Length);
    }

    /// <summary>Compares with what was held at an earlier rest.</summary>
    public void CheckAgainst(Resources before, string what, Violations violations)
    {
        violations.Expect(LiveBytes - before.LiveBytes <= MostGrowth, () =>
            $"{what}: live memory grew by {(LiveBytes - before.LiveBytes) / 1024:N0} KiB");
        violations.Expect(Threads - before.Threads <= 2, () => $"{what}: threads grew from {before.Threads} to {Threads}");
        violations.Expect(Timers - before.Timers <= 2, () => $"{what}: timers grew from {before.Timers} to {Timers}");
        violations.Expect(
            Descriptors - before.Descriptors <= 2, () => $"{what}: descriptors grew from {before.Descriptors} to {Descriptors}");
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture, $"{LiveBytes / 1024.0,9:N0} KiB {Threads,4} threads {Timers,3} timers {Descriptors,4} fds");
}
