namespace Orchestrator;

/// <summary>Ids of calls: 64 random bits of the router and the call number, marked as a UUID of version 8 (RFC 9562, custom).</summary>
internal sealed class CallIds(ulong router)
{
    public Guid Of(long sequence) => new(
        (uint)(router >> 32),
        (ushort)(router >> 16),
        (ushort)(0x8000 | (router & 0x0FFF)),
        (byte)(0x80 | ((sequence >> 56) & 0x3F)),
        (byte)(sequence >> 48),
        (byte)(sequence >> 40),
        (byte)(sequence >> 32),
        (byte)(sequence >> 24),
        (byte)(sequence >> 16),
        (byte)(sequence >> 8),
        (byte)sequence);
}
