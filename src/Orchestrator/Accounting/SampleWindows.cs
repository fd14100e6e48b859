namespace Orchestrator;

/// <summary>
/// The windows in which a text is sampled beyond its exact part. The distance between windows grows with the position, by a sixteenth of
/// it, so that a very long text has about 150 of them. The positions do not depend on the length, so a text that still grows keeps its
/// windows.
/// </summary>
internal static class SampleWindows
{
    public const int Length = 256;
    private const int Apart = 1024;
    private const int Growth = 16;

    private static readonly long[] Starts = All();

    /// <summary>The beginning of a window, in characters after the exact part.</summary>
    public static long Start(int window) => window < Starts.Length ? Starts[window] : long.MaxValue;

    private static long[] All()
    {
        var starts = new List<long>();
        for (var start = 0L; start < 1L << 40; start += Math.Max(Apart, Length + (start / Growth)))
            starts.Add(start);
        return [.. starts];
    }
}
