namespace Orchestrator;

/// <summary>
/// Where a text is looked at beyond its exact part: windows that stand further apart the further the text goes, a sixteenth of the way
/// each. A text of any length has about 150 of them. The places do not depend on the length, so a text that still grows has the same ones.
/// </summary>
internal static class SampleWindows
{
    public const int Length = 256;
    private const int Apart = 1024;
    private const int Growth = 16;

    private static readonly long[] Starts = All();

    /// <summary>Where a window begins, in characters after the exact part.</summary>
    public static long Start(int window) => window < Starts.Length ? Starts[window] : long.MaxValue;

    private static long[] All()
    {
        var starts = new List<long>();
        for (var start = 0L; start < 1L << 40; start += Math.Max(Apart, Length + (start / Growth)))
            starts.Add(start);
        return [.. starts];
    }
}
