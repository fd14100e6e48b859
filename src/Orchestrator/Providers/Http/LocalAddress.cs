using System.Net;

namespace Orchestrator.Providers;

/// <summary>Addresses that each machine resolves to itself or to its own link: a request through a proxy would reach another
/// host.</summary>
internal static class LocalAddress
{
    // Host names of the metadata services of clouds; most of them have a link-local address too.
    private static readonly string[] MetadataNames =
    [
        "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
    ];

    private static readonly byte[] WellKnownNat64 = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] LocalNat64 = [0x00, 0x64, 0xff, 0x9b, 0x00, 0x01];

    private static readonly IPAddress[] MetadataAddresses =
    [
        IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("fd00:ec2::23"), IPAddress.Parse("fd20:ce::254"),
        IPAddress.Parse("100.100.100.200"), IPAddress.Parse("168.63.129.16"),
    ];

    /// <summary>Whether no request for it may ever go through a proxy: loopback, link-local, or a cloud's metadata service.</summary>
    public static bool PassesByProxies(Uri address) => IsLoopback(address) || IsMetadata(address);

    /// <summary>This machine itself: <c>localhost</c> and names under it, 127.0.0.0/8, ::1, and the unspecified addresses.</summary>
    public static bool IsLoopback(Uri address)
    {
        if (address.IsLoopback)
            return true;
        var host = HostOf(address);
        if (AddressOf(host) is { } number)
            return IPAddress.IsLoopback(number) || number.Equals(IPAddress.Any) || number.Equals(IPAddress.IPv6Any);
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A cloud's metadata service, or another host on the same link: 169.254.0.0/16, fe80::/10, and the addresses and names that
    /// clouds use besides.</summary>
    public static bool IsMetadata(Uri address)
    {
        var host = HostOf(address);
        return AddressOf(host) is { } number ? IsMetadata(number) : MetadataNames.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsMetadata(IPAddress number)
    {
        if (number.IsIPv6LinkLocal || MetadataAddresses.Contains(number))
            return true;
        Span<byte> bytes = stackalloc byte[16];
        return number.TryWriteBytes(bytes, out var length) && length == 4 && bytes[0] == 169 && bytes[1] == 254;
    }

    // The resolver ignores a final dot.
    private static string HostOf(Uri address) => address.IdnHost.TrimEnd('.');

    /// <summary>The address that a host stands for, as IPv4 where an IPv6 address wraps one; null for a name.</summary>
    private static IPAddress? AddressOf(string host)
    {
        var scope = host.IndexOf('%', StringComparison.Ordinal);
        if (!IPAddress.TryParse(scope < 0 ? host : host.AsSpan(0, scope), out var address))
            return null;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && length == 16 ? Wrapped(bytes) ?? address : address;
    }

    /// <summary>The IPv4 address that an IPv6 address leads to, or null.</summary>
    private static IPAddress? Wrapped(ReadOnlySpan<byte> bytes)
    {
        // The older form ::a.b.c.d. Smaller numbers are :: and ::1.
        if (bytes[..12].IndexOfAnyExcept((byte)0) < 0)
            return (bytes[12] | bytes[13]) != 0 ? new IPAddress(bytes[12..]) : null;
        // A NAT64 gateway of the well-known prefix sends to the last 32 bits.
        if (bytes[..12].SequenceEqual(WellKnownNat64))
            return new IPAddress(bytes[12..]);
        if (!bytes[..6].SequenceEqual(LocalNat64))
            return null;
        // The prefix of a network's own gateway has 48 to 96 bits, and its length decides where the IPv4 address stands (RFC 6052). The
        // address counts as local if it is local at any of these places.
        if (bytes[8] == 0)
        {
            foreach (var inner in (ReadOnlySpan<IPAddress>)[
                new([bytes[6], bytes[7], bytes[9], bytes[10]]), new([bytes[7], bytes[9], bytes[10], bytes[11]]), new(bytes.Slice(9, 4))])
            {
                if (IPAddress.IsLoopback(inner) || IsMetadata(inner))
                    return inner;
            }
        }

        return bytes[12..].IndexOfAnyExcept((byte)0) < 0 ? null : new IPAddress(bytes[12..]);
    }
}
