using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Support;

/// <summary>How escapes look.</summary>
internal static partial class Leaks
{
    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"=\?[^?]{1,20}\?[QqBb]\?|\?=|=\s+")]
    private static partial Regex Frame();

    [GeneratedRegex("(=[0-9A-F]{2})+")]
    private static partial Regex PrintableByte();

    [GeneratedRegex(@"_?[UuXx]\+?([0-9a-fA-F]{4,6})_?")]
    private static partial Regex CodePoint();

    [GeneratedRegex(@"\\([0-9a-fA-F]{1,6}) ?")]
    private static partial Regex CssEscape();

    [GeneratedRegex(@"(\\u001b|\\e)?\[[0-9;]*m|<[^>]{1,20}>|&shy;")]
    private static partial Regex Colour();

    [GeneratedRegex(@"\b(?:(?:0x)?[0-9a-fA-F]{2,4}[ ,:-]+){3,}(?:0x)?[0-9a-fA-F]{2,4}\b")]
    private static partial Regex HexList();

    [GeneratedRegex("0x|[^0-9a-fA-F]")]
    private static partial Regex NoHex();

    [GeneratedRegex(@"(?:-?\b[0-9]{1,3}\W+){3,}-?[0-9]{1,3}\b")]
    private static partial Regex DecimalList();

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex("%[0-9A-F]{2}")]
    private static partial Regex LowerHex();

    [GeneratedRegex(@"(\\x[0-9a-fA-F]{2})+")]
    private static partial Regex ByteEscape();

    [GeneratedRegex(@"\\u([0-9a-fA-F]{4})")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\\(?:U|u\{)([0-9a-fA-F]{1,8})\}?")]
    private static partial Regex WideEscape();

    [GeneratedRegex("%u([0-9a-fA-F]{4})")]
    private static partial Regex PercentUnit();

    [GeneratedRegex("(%[0-9a-fA-F]{2})+")]
    private static partial Regex Percent();

    [GeneratedRegex("[A-Za-z0-9+/_-]{8,}")]
    private static partial Regex Base64();
}
