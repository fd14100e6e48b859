using System.Security.Cryptography;

namespace Orchestrator.Providers;

/// <summary>Ids of requests for vendors that want a UUID of version 4. They identify, they decide nothing.</summary>
internal static class RequestIds
{
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        // Version and variant, RFC 9562 §5.4.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
