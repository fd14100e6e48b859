namespace Orchestrator.Tests.Accounting;

/// <summary>What an estimate takes every UTF-16 unit for.</summary>
public class CharKindsTests
{
    /// <summary>All units beyond ASCII, one range after the other; a range ends where the next one begins.
    /// White space in them is blank.</summary>
    private static readonly (int First, string Kind, string What)[] Ranges =
    [
        (0x0080, "Symbol", "control characters"),
        (0x00A0, "Figure", "signs and quotation marks of Latin-1"),
        (0x00C0, "Foreign", "Latin with accents, Greek"),
        (0x0400, "Cyrillic", "Cyrillic and its supplement"),
        (0x0530, "Foreign", "Armenian to Georgian"),
        (0x1100, "Ideograph", "Hangul Jamo"),
        (0x1200, "Foreign", "Ethiopic to Ol Chiki"),
        (0x1C80, "Cyrillic", "Cyrillic extended C"),
        (0x1C90, "Foreign", "Georgian to extended Greek"),
        (0x2000, "Symbol", "spaces and what is not seen"),
        (0x2010, "Figure", "dashes, quotation marks, dots"),
        (0x2028, "Symbol", "separators and directions"),
        (0x2030, "Figure", "the rest of punctuation"),
        (0x205F, "Symbol", "operators, currencies, arrows, boxes, pictures"),
        (0x2C00, "Foreign", "Glagolitic to Ethiopic"),
        (0x2DE0, "Cyrillic", "Cyrillic extended A"),
        (0x2E00, "Symbol", "supplemental punctuation"),
        (0x2E80, "Ideograph", "radicals, kana, ideographs, Yi"),
        (0xA4D0, "Foreign", "Lisu, Vai"),
        (0xA640, "Cyrillic", "Cyrillic extended B"),
        (0xA6A0, "Foreign", "Bamum to Rejang"),
        (0xA960, "Ideograph", "Hangul Jamo extended A"),
        (0xA980, "Foreign", "Javanese to Meetei Mayek"),
        (0xAC00, "Ideograph", "Hangul"),
        (0xD800, "Symbol", "surrogates and private use"),
        (0xF900, "Ideograph", "compatibility ideographs"),
        (0xFB00, "Foreign", "ligatures, Hebrew and Arabic forms"),
        (0xFE00, "Symbol", "variation selectors, small forms"),
        (0xFE70, "Foreign", "Arabic forms"),
        (0xFEFF, "Symbol", "byte order mark"),
        (0xFF00, "Ideograph", "full and half width"),
        (0xFFF0, "Symbol", "specials"),
    ];

    public static TheoryData<int, int, string, string> OtherThanAscii
    {
        get
        {
            var data = new TheoryData<int, int, string, string>();
            for (var i = 0; i < Ranges.Length; i++)
                data.Add(Ranges[i].First, (i + 1 < Ranges.Length ? Ranges[i + 1].First : 0x10000) - 1, Ranges[i].Kind, Ranges[i].What);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(OtherThanAscii))]
    public void Scripts_are_distinguished_from_their_first_unit_to_their_last(int first, int last, string kind, string what)
    {
        for (var c = first; c <= last; c++)
        {
            var expected = char.IsWhiteSpace((char)c) ? "Blank" : kind;
            // Asserting is slow, and this is done for 65,000 units.
            if (CharKinds.Of((char)c).ToString() is var taken && taken != expected)
                taken.Should().Be(expected, "U+{0:X4} is among {1}", c, what);
        }
    }

    [Theory]
    [InlineData("Latin", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")]
    [InlineData("Figure", "0123456789!'(),-.:?")]
    [InlineData("Mark", "\"#$%&*+/;<=>@[\\]^_`{|}~")]
    [InlineData("Blank", " \t\n\v\f\r")]
    [InlineData("Symbol", "\0\u0001\u0008\u000E\u001F\u007F")]
    public void Ascii_is_letters_prose_code_and_the_rest(string kind, string characters) =>
        characters.ToCharArray().Should().OnlyContain(c => CharKinds.Of(c).ToString() == kind);
}
