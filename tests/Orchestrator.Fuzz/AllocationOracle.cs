namespace Orchestrator.Fuzz;

/// <summary>What reading may allocate: something for the call itself, for each read from the network, and a multiple of what the server sent.</summary>
internal static class AllocationOracle
{
    /// <summary>Room that an error borrows to compare its words with the request: the pool makes it anew after the collector has trimmed it.</summary>
    public const int Once = 64 * 1024;
    public const int PerRead = 1024;

    /// <summary>.NET's decoder allocates for each invalid byte of UTF-8, when it counts and when it decodes: some 66 bytes, soon collected.</summary>
    public const int PerByte = 80;

    public static void Check(long allocated, int length, int reads = 1)
    {
        if (allocated > Once + (long)PerRead * reads + (long)PerByte * length)
            throw new FuzzFailure($"reading allocated more than {Once >> 10} KiB, {PerRead} bytes a read and {PerByte} times its input");
    }
}
