using System.Net;

namespace Orchestrator.Providers;

/// <summary>Addresses that mean something else at every machine, so that no proxy can reach what is meant.</summary>
internal static class LocalAddress
{
    // Where clouds keep what they tell their machines, besides the link-local addresses.
    private static readonly string[] MetadataNames =
    [
        "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
    ];

    private static readonly IPAddress[] MetadataAddresses =
    [
        IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("fd00:ec2::23"), IPAddress.Parse("fd20:ce::254"),
        IPAddress.Parse("100.100.100.200"), IPAddress.Parse("168.63.129.16"),
    ];

    /// <summary>Whether no request for it may ever go through a proxy: loopback, link-local, or a cloud's metadata service.</summary>
    public static bool PassesByProxies(Uri address) => IsLoopback(address) || IsMetadata(address);

    /// <summary>This machine itself: <c>localhost</c> and names under it, 127.0.0.0/8, ::1, and the addresses of no host in
    /// particular.</summary>
    public static bool IsLoopback(Uri address)
    {
        if (address.IsLoopback)
            return true;
        var host = HostOf(address);
        if (AddressOf(host) is { } number)
            return IPAddress.IsLoopback(number) || number.Equals(IPAddress.Any) || number.Equals(IPAddress.IPv6Any);
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The metadata service of a cloud's machine, or another neighbour on its link: 169.254.0.0/16, fe80::/10, and what clouds use
    /// besides.</summary>
    public static bool IsMetadata(Uri address)
    {
        var host = HostOf(address);
        if (AddressOf(host) is not { } number)
            return MetadataNames.Contains(host, StringComparer.OrdinalIgnoreCase);
        if (number.IsIPv6LinkLocal || MetadataAddresses.Contains(number))
            return true;
        Span<byte> bytes = stackalloc byte[16];
        return number.TryWriteBytes(bytes, out var length) && length == 4 && bytes[0] == 169 && bytes[1] == 254;
    }

    // A name's final dot is of no meaning to the resolver.
    private static string HostOf(Uri address) => address.IdnHost.TrimEnd('.');

    /// <summary>The address of a host that is one, as IPv4 where it only wraps one; null for a name.</summary>
    private static IPAddress? AddressOf(string host)
    {
        var scope = host.IndexOf('%', StringComparison.Ordinal);
        if (!IPAddress.TryParse(scope < 0 ? host : host.AsSpan(0, scope), out var address))
            return null;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        // The older way to wrap one, ::a.b.c.d; what is smaller are :: and ::1.
        return address.TryWriteBytes(bytes, out var length) && length == 16
            && bytes[..12].IndexOfAnyExcept((byte)0) < 0 && (bytes[12] | bytes[13]) != 0
            ? new IPAddress(bytes[12..])
            : address;
    }
}
