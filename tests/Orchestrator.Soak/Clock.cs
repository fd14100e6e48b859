using System.Diagnostics;

namespace Orchestrator.Soak;

internal static class Clock
{
    public static long Now => Stopwatch.GetTimestamp();

    public static double Seconds(long from, long to) => (to - from) / (double)Stopwatch.Frequency;
}
