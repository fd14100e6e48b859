using System.Buffers;
using System.Text;

namespace Orchestrator;

internal enum HostCheck
{
    Allowed,
    Foreign,
    Malformed,
}

/// <summary>
/// Which host names a request may have. A web page can point a name of its own at 127.0.0.1 and read the answers (DNS rebinding). Its
/// requests still carry that name, so a loopback endpoint answers only requests with a loopback name.
/// </summary>
internal sealed class HostRule
{
    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("-._~%!$&'()*+,;=:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly byte[][]? _names;

    private HostRule(byte[][]? names) => _names = names;

    /// <summary>For addresses that other machines can reach: their names are not known here.</summary>
    public static HostRule Any { get; } = new(null);

    /// <summary>For loopback, and the name that the endpoint was started on.</summary>
    public static HostRule Loopback(string name)
        => new([.. new[] { "localhost", "127.0.0.1", "[::1]", name }.Distinct().Select(Encoding.ASCII.GetBytes)]);

    /// <param name="host">The value of a Host header or the authority of a target: a name and perhaps a port.</param>
    public HostCheck Check(ReadOnlySpan<byte> host)
    {
        if (host.ContainsAnyExcept(HostBytes))
            return HostCheck.Malformed;
        var colon = host.LastIndexOf((byte)':');
        if (colon > host.LastIndexOf((byte)']'))
        {
            if (host[(colon + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                return HostCheck.Malformed;
            host = host[..colon];
        }

        if (_names is null)
            return HostCheck.Allowed;
        foreach (var name in _names)
        {
            if (Ascii.EqualsIgnoreCase(host, name))
                return HostCheck.Allowed;
        }

        return HostCheck.Foreign;
    }
}
