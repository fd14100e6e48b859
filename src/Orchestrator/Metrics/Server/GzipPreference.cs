using System.Text;

namespace Orchestrator;

/// <summary>The preference for gzip in Accept-Encoding. Starts as "not mentioned"; several headers are combined.</summary>
internal struct GzipPreference
{
    // In thousandths plus one, so that 0 is "not mentioned".
    private int _gzip, _any, _identity;

    /// <summary>Whether gzip is allowed and not less preferred than the plain page.</summary>
    public readonly bool IsPreferred
    {
        get
        {
            var gzip = _gzip != 0 ? _gzip : _any;
            return gzip > 1 && gzip >= _identity;
        }
    }

    public void Add(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var item = value[range];
            var semicolon = item.IndexOf((byte)';');
            var name = (semicolon < 0 ? item : item[..semicolon]).Trim(" \t"u8);
            var weight = 1 + (semicolon < 0 ? 1000 : Weight(item[(semicolon + 1)..].Trim(" \t"u8)));
            if (Ascii.EqualsIgnoreCase(name, "gzip"u8) || Ascii.EqualsIgnoreCase(name, "x-gzip"u8))
                _gzip = weight;
            else if (name.SequenceEqual("*"u8))
                _any = weight;
            else if (Ascii.EqualsIgnoreCase(name, "identity"u8))
                _identity = weight;
        }
    }

    /// <summary>In thousandths. An unreadable value counts as "no", because the plain page is always acceptable.</summary>
    private static int Weight(ReadOnlySpan<byte> parameter)
    {
        if (parameter.Length is < 3 or > 7 || !Ascii.EqualsIgnoreCase(parameter[..2], "q="u8))
            return 0;
        var digits = parameter[2..];
        if (digits[0] is not ((byte)'0' or (byte)'1') || (digits.Length > 1 && digits[1] != (byte)'.'))
            return 0;
        var weight = (digits[0] - '0') * 1000;
        var unit = 100;
        for (var i = 2; i < digits.Length; i++, unit /= 10)
        {
            if (!char.IsAsciiDigit((char)digits[i]))
                return 0;
            weight += (digits[i] - '0') * unit;
        }

        return weight > 1000 ? 0 : weight;
    }
}
