namespace Orchestrator.Fuzz;

/// <summary>What reading may allocate: something for the call itself, for each read from the network,
/// and a multiple of what the server sent.</summary>
internal static class AllocationOracle
{
    public const int Once = 64 * 1024;
    public const int PerRead = 1024;

    /// <summary>.NET's decoder allocates for each invalid byte of UTF-8, when it counts and when it decodes:
    /// some 66 bytes, soon collected.</summary>
    public const int PerByte = 80;

    public static void Check(long allocated, int length, int reads = 1)
    {
        if (!Allows(allocated, length, reads))
            throw new FuzzFailure($"reading allocated more than {Once >> 10} KiB, {PerRead} bytes a read and {PerByte} times its input");
    }

    public static bool Allows(long allocated, int length, int reads) =>
        allocated <= Once + ((long)PerRead * reads) + ((long)PerByte * length);
}
