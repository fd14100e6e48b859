using System.Globalization;
using System.Text;

namespace Orchestrator.TwoTenants;

/// <summary>
/// The prompt of one call, which says whose it is in every 64 bytes, and the request's bytes that follow from it. Its beginning tells
/// the rest: tenant, mode, number and length.
/// </summary>
internal sealed class Prompt
{
    private const int UnitLength = 64;
    private const int DigitsAt = 4;

    private readonly byte[] _before;
    private readonly byte[] _unit;
    private readonly byte[] _after;

    private Prompt(char tenant, bool streamed, int number, int length)
    {
        var head = Head(tenant, streamed, number, length);
        _before = Encoding.ASCII.GetBytes(Opening(tenant));
        _unit = Encoding.ASCII.GetBytes(head.PadRight(UnitLength, tenant));
        _after = Encoding.ASCII.GetBytes(streamed ? "\"}],\"stream\":true,\"stream_options\":{\"include_usage\":true}}" : "\"}]}");
        TextLength = length;
        Total = _before.Length + (long)length + _after.Length;
    }

    /// <summary>How many bytes of a request tell which one it is.</summary>
    public static int HeadLength { get; } = Opening('a').Length + Head('a', true, 0, 0).Length;

    public long Total { get; }

    private int TextLength { get; }

    /// <summary>A prompt of at least one unit.</summary>
    public static Prompt Of(char tenant, bool streamed, int number, int length) =>
        new(tenant, streamed, number, Math.Max(UnitLength, length));

    /// <summary>The prompt that a request of this tenant begins with; null when it is no request of this tenant's.</summary>
    public static Prompt? Read(char tenant, ReadOnlySpan<byte> head)
    {
        var opening = Opening(tenant);
        var text = Encoding.Latin1.GetString(head);
        if (!text.StartsWith(opening, StringComparison.Ordinal))
            return null;
        var said = text[opening.Length..];
        var (number, length) = (said.Substring(DigitsAt, 8), said.Substring(DigitsAt + 9, 8));
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var l)
            && said == Head(tenant, said[2] == 's', n, l)
            ? new(tenant, said[2] == 's', n, l)
            : null;
    }

    /// <summary>Whether a beginning too short to identify its call is one of this tenant's nevertheless.</summary>
    public static bool MayBegin(char tenant, ReadOnlySpan<byte> part)
    {
        var opening = Encoding.ASCII.GetBytes(Opening(tenant) + tenant);
        var shorter = Math.Min(opening.Length, part.Length);
        return part[..shorter].SequenceEqual(opening.AsSpan(0, shorter));
    }

    /// <summary>Whether these are the request's bytes at this place.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes, long at)
    {
        while (!bytes.IsEmpty)
        {
            var expected = At(at);
            var count = Math.Min(expected.Length, bytes.Length);
            if (count == 0 || !bytes[..count].SequenceEqual(expected[..count]))
                return false;
            bytes = bytes[count..];
            at += count;
        }

        return true;
    }

    public override string ToString()
    {
        var unit = Encoding.ASCII.GetString(_unit);
        var text = new StringBuilder(TextLength + UnitLength);
        while (text.Length < TextLength)
            text.Append(unit);
        text.Length = TextLength;
        return text.ToString();
    }

    private static string Opening(char tenant) => $"{{\"model\":\"tenant-{tenant}\",\"messages\":[{{\"role\":\"user\",\"content\":\"";

    private static string Head(char tenant, bool streamed, int number, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant} {(streamed ? 's' : 'b')} {number:D8} {length:D8} ");

    private ReadOnlySpan<byte> At(long at)
    {
        if (at < _before.Length)
            return _before.AsSpan((int)at);
        at -= _before.Length;
        if (at < TextLength)
        {
            var within = (int)(at % UnitLength);
            return _unit.AsSpan(within, (int)Math.Min(UnitLength - within, TextLength - at));
        }

        at -= TextLength;
        return at < _after.Length ? _after.AsSpan((int)at) : default;
    }
}
