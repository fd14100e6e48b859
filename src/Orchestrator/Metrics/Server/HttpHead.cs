using System.Buffers;
using System.Text;

namespace Orchestrator;

/// <summary>
/// Parses the head of a request: a pure function of bytes, strict where RFC 9112 allows it, because only scrapers and browsers use the
/// endpoint. Bodies are never read: a request that announces one is refused.
/// </summary>
internal static class HttpHead
{
    public const int MaxLength = 8 * 1024;

    private const byte Space = (byte)' ';
    private static readonly HttpVerdict Malformed = new(400);
    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> Visible = SearchValues.Create(Bytes(0x21, 0x7e, except: (byte)'#'));
    // Invalid in a head: control characters other than tab, CR and LF.
    private static readonly SearchValues<byte> Control = SearchValues.Create(
        [.. Bytes(0x00, 0x08), 0x0b, 0x0c, .. Bytes(0x0e, 0x1f), 0x7f]);

    public static HttpVerdict Judge(ReadOnlySpan<byte> received, HostRule hosts)
    {
        var start = 0;
        while (received[start..].StartsWith("\r\n"u8))
            start += 2; // Empty lines before a request are to be skipped (RFC 9112, 2.2).
        var rest = received[start..];
        var end = rest.IndexOf("\r\n\r\n"u8);
        var head = end < 0 ? rest : rest[..end];

        // Bytes that cannot become a request (TLS, random bytes, HTTP/0.9, HTTP/2) are refused at once, not after the deadline.
        if (head.ContainsAny(Control) || (head.Length > 0 && !Token.Contains(head[0]) && !head.SequenceEqual("\r"u8)))
            return Malformed;
        var lineEnd = head.IndexOf((byte)'\n');
        var line = lineEnd >= 0 ? head[..lineEnd] : head;
        if (lineEnd >= 0 && (line.Length == 0 || line[^1] != (byte)'\r'))
            return Malformed;
        var request = new Request();
        if ((lineEnd >= 0 || end >= 0) && !request.ReadLine(lineEnd >= 0 ? line[..^1] : line))
            return Malformed;
        if (end < 0)
            return received.Length >= MaxLength ? new HttpVerdict(431) : default;
        if (lineEnd >= 0 && !request.ReadFields(head[(lineEnd + 1)..]))
            return Malformed;
        return request.Verdict(start + end + 4, hosts);
    }

    private ref struct Request
    {
        private ReadOnlySpan<byte> _method, _target, _host;
        private bool _isOld, _hasHost, _close, _hasLength, _hasBody, _isChunked;
        private GzipPreference _gzip;

        public bool ReadLine(ReadOnlySpan<byte> line)
        {
            var first = line.IndexOf(Space);
            var last = line.LastIndexOf(Space);
            if (first <= 0 || last <= first + 1)
                return false;
            _method = line[..first];
            _target = line[(first + 1)..last];
            var version = line[(last + 1)..];
            _isOld = version.SequenceEqual("HTTP/1.0"u8);
            return (_isOld || version.SequenceEqual("HTTP/1.1"u8)) && !_method.ContainsAnyExcept(Token)
                && !_target.ContainsAnyExcept(Visible);
        }

        public bool ReadFields(ReadOnlySpan<byte> fields)
        {
            while (true)
            {
                var end = fields.IndexOf("\r\n"u8);
                if (!ReadField(end < 0 ? fields : fields[..end]))
                    return false;
                if (end < 0)
                    return true;
                fields = fields[(end + 2)..];
            }
        }

        private bool ReadField(ReadOnlySpan<byte> field)
        {
            // A space before the colon and a folded line are used for request smuggling: both are invalid names.
            var colon = field.IndexOf((byte)':');
            if (colon <= 0 || field[..colon].ContainsAnyExcept(Token) || field.ContainsAny((byte)'\r', (byte)'\n'))
                return false;
            var name = field[..colon];
            var value = field[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "host"u8))
            {
                if (_hasHost)
                    return false;
                _hasHost = true;
                _host = value;
            }
            else if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                if (_hasLength || value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                    return false;
                _hasLength = true;
                _hasBody |= value.ContainsAnyExcept((byte)'0');
            }
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
                _hasBody = _isChunked = true;
            else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
                _close |= HasToken(value, "close"u8);
            else if (Ascii.EqualsIgnoreCase(name, "accept-encoding"u8))
                _gzip.Add(value);
            return true;
        }

        public HttpVerdict Verdict(int length, HostRule hosts)
        {
            var isHead = _method.SequenceEqual("HEAD"u8);
            var isKnown = isHead || _method.SequenceEqual("GET"u8);
            if ((!_hasHost && !_isOld) || (_isChunked && (_hasLength || _isOld)))
                return Malformed;

            var path = _target;
            if (path.Length >= 7 && Ascii.EqualsIgnoreCase(path[..7], "http://"u8))
            {
                // Absolute form: every server has to accept it, and its host is checked like that of the header.
                path = path[7..];
                var slash = path.IndexOfAny((byte)'/', (byte)'?');
                var authority = slash < 0 ? path : path[..slash];
                path = slash < 0 ? default : path[slash..];
                if (authority.IsEmpty || hosts.Check(authority) is HostCheck.Malformed)
                    return Malformed;
                if (hosts.Check(authority) is HostCheck.Foreign)
                    return new HttpVerdict(403, length, isHead);
            }
            else if (isKnown && path[0] != (byte)'/')
                return Malformed;

            var check = _hasHost ? hosts.Check(_host) : HostCheck.Allowed;
            if (check is not HostCheck.Allowed)
                return new HttpVerdict(check is HostCheck.Malformed ? 400 : 403, length, isHead);
            var keepAlive = !_isOld && !_close && !_hasBody;
            if (!isKnown)
                return new HttpVerdict(405, length, KeepAlive: keepAlive);
            if (_hasBody)
                return new HttpVerdict(_isChunked ? 400 : 413, length, isHead);
            var query = path.IndexOf((byte)'?');
            var isPage = (query < 0 ? path : path[..query]).SequenceEqual("/metrics"u8);
            return new HttpVerdict(isPage ? 200 : 404, length, isHead, keepAlive, isPage && _gzip.IsPreferred);
        }
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (Ascii.EqualsIgnoreCase(list[range].Trim(" \t"u8), token))
                return true;
        }

        return false;
    }

    private static byte[] Bytes(byte first, byte last, byte except = 0xff)
        => [.. Enumerable.Range(first, last - first + 1).Select(b => (byte)b).Where(b => b != except)];
}
