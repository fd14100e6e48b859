namespace Orchestrator;

/// <summary>Ids of calls: 64 random bits of the router and the call number, marked as a UUID of version 8 (RFC 9562, custom).</summary>
internal sealed class CallIds(ulong router)
{
    public Guid Of(long number) => new(
        (uint)(router >> 32),
        (ushort)(router >> 16),
        (ushort)(0x8000 | (router & 0x0FFF)),
        (byte)(0x80 | ((number >> 56) & 0x3F)),
        (byte)(number >> 48),
        (byte)(number >> 40),
        (byte)(number >> 32),
        (byte)(number >> 24),
        (byte)(number >> 16),
        (byte)(number >> 8),
        (byte)number);
}
