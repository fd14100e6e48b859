namespace Orchestrator;

/// <summary>
/// When a name or a model left, as the number of that change of the provider list. It is stored in the first bytes of the packed totals. An
/// exporter remembers the last change it has shown, so that each exporter shows what left once, and a new exporter shows all of it.
/// </summary>
internal static class LeftStamp
{
    public static void Write(BinaryWriter writer, long stamp) => writer.Write7BitEncodedInt64(stamp);

    public static long Read(BinaryReader reader) => reader.Read7BitEncodedInt64();

    public static long Of(byte[] packed)
    {
        long stamp = 0;
        for (var i = 0; ; i++)
        {
            stamp |= (long)(packed[i] & 0x7f) << (7 * i);
            if (packed[i] < 0x80)
                return stamp;
        }
    }
}
