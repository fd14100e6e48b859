using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Support;

/// <summary>The ways in which servers quote a text, and whether a text holds a piece of another in any of them.</summary>
internal static partial class Leaks
{
    // From 0x80 on; the five that the code page leaves free stand for themselves.
    private const string Windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";
    private const int LongestPiece = 48;
    private static readonly Encoding Windows1251 = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>By name: what a server makes of a text.</summary>
    public static IReadOnlyDictionary<string, Func<string, string>> Escapes { get; } = new Dictionary<string, Func<string, string>>
    {
        ["as it is"] = text => text,
        ["JSON, ASCII only"] = Units(@"\u{0:x4}"),
        ["JSON, upper hex"] = Units(@"\u{0:X4}"),
        ["JSON, all characters"] = text => string.Concat(text.Select(c => $@"\u{(int)c:x4}")),
        ["JSON in JSON"] = text => Json(Units(@"\u{0:x4}")(text)),
        ["JSON in JSON in JSON"] = text => Json(Json(Units(@"\u{0:x4}")(text))),
        ["JSON of .NET"] = text => JsonSerializer.Serialize(text),
        ["JSON, relaxed, with slashes escaped"] = text => Json(text).Replace("/", @"\/", StringComparison.Ordinal),
        ["braces of JavaScript"] =
            text => string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $@"\u{{{r.Value:x}}}" : r.ToString())),
        ["wide escapes of Python"] =
            text => string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $@"\U{r.Value:x8}" : r.ToString())),
        ["bytes of Python"] = Bytes(@"\x{0:x2}"),
        ["repr of Python"] = text => "'" + text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal) + "'",
        ["octal"] = Bytes(@"\{0:oct}"),
        ["URL"] = Uri.EscapeDataString,
        ["URL, lower"] = text => LowerHex().Replace(Uri.EscapeDataString(text), m => m.Value.ToLowerInvariant()),
        ["URL, twice"] = text => Uri.EscapeDataString(Uri.EscapeDataString(text)),
        ["form"] = text => WebUtility.UrlEncode(text),
        ["URL of old JavaScript"] = Units("%u{0:X4}"),
        ["URL in JSON in HTML"] = text => WebUtility.HtmlEncode(Json(Uri.EscapeDataString(text))),
        ["HTML"] = text => WebUtility.HtmlEncode(text),
        ["HTML, decimal"] =
            text => string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $"&#{r.Value};" : WebUtility.HtmlEncode(r.ToString()))),
        ["HTML, hexadecimal"] = text => string.Concat(text.EnumerateRunes().Select(r => $"&#x{r.Value:X};")),
        ["HTML, twice"] = text => WebUtility.HtmlEncode(
            string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $"&#{r.Value};" : WebUtility.HtmlEncode(r.ToString())))),
        ["base64"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        ["base64 for URLs"] = text => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)),
        ["base64 of JSON"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(Units(@"\u{0:x4}")(text))),
        ["base64, its beginning lost"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text))[5..],
        ["hexadecimal"] = text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        ["quoted-printable"] = Printable,
        ["quoted-printable, its lines broken"] = text => string.Join("=\n", Printable(text).Chunk(30).Select(line => new string(line))),
        ["MIME"] = text => $"=?UTF-8?Q?{Printable(text).Replace(' ', '_')}?=",
        ["MIME in words"] =
            text => string.Join(" ", text.EnumerateRunes().Chunk(6).Select(word => $"=?utf-8?q?{Printable(string.Concat(word))}?=")),
        ["MIME in base64"] = text => $"=?UTF-8?B?{Base64Of(text)}?=",
        ["MIME in words of base64"] =
            text => string.Join("\n ", text.EnumerateRunes().Chunk(9).Select(word => $"=?utf-8?b?{Base64Of(string.Concat(word))}?=")),
        ["code points"] = text => string.Join(' ', text.EnumerateRunes().Select(r => $"U+{r.Value:X4}")),
        ["code points without a plus"] = text => string.Concat(text.Select(c => $"u{(int)c:x4}")),
        ["code units of XML"] = text => string.Concat(text.Select(c => c > '~' ? $"_x{(int)c:X4}_" : c.ToString())),
        ["code units apart"] = text => string.Join(' ', text.Select(c => $"{(int)c:x4}")),
        ["code points in a list"] = text => $"[{string.Join(", ", text.EnumerateRunes().Select(r => r.Value))}]",
        ["CSS"] = text => string.Concat(text.EnumerateRunes().Select(r => r.Value is > 126 or '\\' ? $@"\{r.Value:x} " : r.ToString())),
        ["LDAP"] = text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $@"\{b:x2}")),
        ["bytes apart"] = text => List(text, " ", "{0:x2}"),
        ["bytes with colons"] = text => List(text, ":", "{0:X2}"),
        ["bytes with hyphens"] = text => BitConverter.ToString(Encoding.UTF8.GetBytes(text)),
        ["bytes of C"] = text => $"{{ {List(text, ", ", "0x{0:x2}")} }}",
        ["bytes in groups"] =
            text => string.Join(' ', Convert.ToHexString(Encoding.UTF8.GetBytes(text)).Chunk(4).Select(group => new string(group))),
        ["bytes in a list"] = text => $"[{List(text, ", ", "{0}")}]",
        ["bytes in lines"] = text => $"[\n    {List(text, ",\n    ", "{0}")}\n]",
        ["signed bytes in a list"] = text => $"[{string.Join(",", Encoding.UTF8.GetBytes(text).Select(b => (sbyte)b))}]",
        ["bytes with numbers"] = text => $"{{{string.Join(",", Encoding.UTF8.GetBytes(text).Select((b, i) => $"\"{i}\":{b}"))}}}",
        ["octal bytes apart"] = text => string.Join(' ', Encoding.UTF8.GetBytes(text).Select(b => Convert.ToString(b, 8).PadLeft(3, '0'))),
        ["binary"] = text => string.Join(' ', Encoding.UTF8.GetBytes(text).Select(b => Convert.ToString(b, 2).PadLeft(8, '0'))),
        ["base64, twice"] = text => Base64Of(Base64Of(text)),
        ["base64, three times"] = text => Base64Of(Base64Of(Base64Of(text))),
        ["base64 of hexadecimal"] = text => Base64Of(Convert.ToHexString(Encoding.UTF8.GetBytes(text))),
        ["base64 of UTF-16"] = text => Convert.ToBase64String(Encoding.Unicode.GetBytes(text)),
        ["base64 of UTF-16, the other order"] = text => Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(text)),
        ["base64 of a URL"] = text => Base64Of(Uri.EscapeDataString(text)),
        ["base64 in lines"] = text => string.Join("\n", Base64Of(text).Chunk(20).Select(line => new string(line))),
        ["base64 in lines, escaped"] = text => string.Join("\\n", Base64Of(text).Chunk(19).Select(line => new string(line))),
        ["hexadecimal of UTF-16"] = text => Convert.ToHexString(Encoding.Unicode.GetBytes(text)),
        ["UTF-16 in a URL"] = text => string.Concat(Encoding.BigEndianUnicode.GetBytes(text).Select(b => $"%{b:x2}")),
        ["URL of Windows-1251"] =
            text => string.Concat(Cyrillic(text).Select(c => c > 0xFF ? Uri.EscapeDataString(c.ToString()) : $"%{(int)c:X2}")),
        ["Windows-1251 read as Latin-1"] = Cyrillic,
        ["UTF-8 read as Windows-1252"] =
            text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b is >= 0x80 and < 0xA0 ? Windows1252[b - 0x80] : (char)b)),
        ["UTF-8 read as Windows-1252, twice"] = text => Escapes!["UTF-8 read as Windows-1252"](Escapes["UTF-8 read as Windows-1252"](text)),
        ["UTF-8 read as Windows-1251"] = text => Windows1251.GetString(Encoding.UTF8.GetBytes(text)),
        ["colours between"] = text => string.Join(@"\u001b[31m", text.EnumerateRunes()),
        ["colours of a shell between"] = text => string.Join(@"\e[0;31m", text.EnumerateRunes()),
        ["tags between"] = text => string.Concat(text.EnumerateRunes().Select(r => $"<b>{r}</b>")),
        ["soft hyphens between"] = text => string.Join('\u00AD', text.EnumerateRunes()),
        ["soft hyphens of HTML between"] = text => string.Join("&shy;", text.EnumerateRunes()),
        ["invisible characters between, escaped"] = text => string.Join(@"\u200b", text.EnumerateRunes()),
        ["UTF-8 read as Latin-1"] = text => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)),
        ["upper case"] = text => text.ToUpperInvariant(),
        ["white space folded"] = text => Space().Replace(text, " "),
        ["white space doubled"] = text => Space().Replace(text, " \r\n\t "),
        ["white space lost"] = text => Space().Replace(text, ""),
        ["invisible characters between"] = text => string.Join('\u200B', text.EnumerateRunes()),
        ["letters taken apart"] = text => text.Normalize(NormalizationForm.FormD),
        ["its second half"] = text => "…" + text[(text.Length / 2)..],
        ["its middle left out"] = text => $"{text[..(text.Length / 3)]} ... {text[^(text.Length / 3)..]}",
        ["stars in its middle"] = text => $"{text[..(text.Length / 3)]}{new string('*', text.Length / 3)}{text[^(text.Length / 3)..]}",
        ["mixed"] = text => string.Concat(text.EnumerateRunes().Select((r, i) => (i % 4) switch
        {
            0 => Units(@"\u{0:x4}")(r.ToString()),
            1 => Uri.EscapeDataString(r.ToString()),
            2 => $"&#{r.Value};",
            _ => r.ToString(),
        })),
    };

    public static TheoryData<string> Names => new(Escapes.Keys);

    /// <summary>A piece of the secret, so many letters and digits long, that a text holds in whatever form;
    /// null when it holds none.</summary>
    public static string? In(string? text, string secret, int length) => In(text, (secret, length));

    /// <summary>The same for several secrets, each with its length.</summary>
    public static string? In(string? text, params (string Secret, int Length)[] secrets)
    {
        var wanted = Array.ConvertAll(secrets, s => (Plain: Plain(s.Secret), s.Length));
        foreach (var form in Forms(text ?? "").Select(Plain).Distinct())
        {
            foreach (var (secret, length) in wanted)
            {
                for (var i = 0; i + length <= secret.Length; i++)
                {
                    if (form.AsSpan().IndexOf(secret.AsSpan(i, length)) >= 0)
                        return $"{secret.Substring(i, length)} in: {text}";
                }
            }
        }

        return null;
    }

    /// <summary>A long piece of what a server wrote that a text still has, whatever it stands for; null when it has none.</summary>
    public static string? Piece(string? text, string written)
    {
        for (var i = 0; text is not null && i + LongestPiece <= written.Length; i++)
        {
            var piece = written.Substring(i, LongestPiece);
            if (piece.Count(char.IsLetterOrDigit) >= LongestPiece / 3 && text.Contains(piece, StringComparison.Ordinal))
                return $"{piece} in: {text}";
        }

        return null;
    }

    private static IEnumerable<string> Forms(string text)
    {
        var decoded = text;
        for (var i = 0; i < 6; i++)
        {
            yield return decoded;
            var before = decoded;
            decoded = WebUtility.HtmlDecode(Percents(WideEscape().Replace(
                Escape().Replace(ByteEscape().Replace(decoded, Utf8Of), UnitOf), RuneOf)).Replace(@"\n", " ", StringComparison.Ordinal))
                .Replace(@"\\", @"\", StringComparison.Ordinal);
            if (decoded == before)
                break;
        }

        yield return decoded;
        yield return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));
        foreach (var form in Rarer(text))
            yield return form;
        foreach (Match run in Base64().Matches(text))
        {
            for (var skipped = 0; skipped < 4; skipped++)
            {
                var piece = run.Value[skipped..].Replace('-', '+').Replace('_', '/');
                var bytes = Convert.FromBase64String(piece[..(piece.Length / 4 * 4)]);
                var inner = Encoding.UTF8.GetString(bytes);
                yield return Escape().Replace(inner, UnitOf);
                yield return Encoding.Unicode.GetString(bytes);
                yield return Encoding.BigEndianUnicode.GetString(bytes);
                if (inner.Length >= 16 && inner.TrimEnd('=').All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/'))
                    yield return Encoding.UTF8.GetString(
                        Convert.FromBase64String(inner.TrimEnd('=')[..(inner.TrimEnd('=').Length / 4 * 4)]));
            }

            if (run.Value.Length % 2 == 0 && run.Value.All(char.IsAsciiHexDigit))
                yield return Encoding.UTF8.GetString(Convert.FromHexString(run.Value));
        }
    }

    // Where there is nothing of a kind, nothing is looked at.
    private static IEnumerable<string> Rarer(string text)
    {
        yield return PrintableByte().Replace(Frame().Replace(text, ""), m =>
            Encoding.UTF8.GetString(Convert.FromHexString(m.Value.Replace("=", "", StringComparison.Ordinal))));
        yield return CodePoint().Replace(text, RuneOf);
        yield return CssEscape().Replace(text, RuneOf);
        yield return Colour().Replace(text, "");
        if (text.Any(c => c > 0x7F))
        {
            yield return Encoding.UTF8.GetString([.. text.Select(c =>
                Windows1252.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at ? (byte)(0x80 + at) : (byte)Math.Min((int)c, 0xFF))]);
            yield return Encoding.UTF8.GetString(Windows1251.GetBytes(text));
            yield return Windows1251.GetString(Encoding.Latin1.GetBytes(text));
        }

        foreach (Match list in HexList().Matches(text))
            yield return Encoding.UTF8.GetString(
                Convert.FromHexString(NoHex().Replace(list.Value, "") is var digits && digits.Length % 2 == 0 ? digits : digits + "0"));
        foreach (Match list in DecimalList().Matches(text))
            yield return Encoding.UTF8.GetString(
                [.. Number().Matches(list.Value).Select(n => (byte)(int.Parse(n.Value, CultureInfo.InvariantCulture) & 0xFF))]);
    }

    private static string Printable(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b is > 126 or < 32 or (byte)'=' ? $"={b:X2}" : ((char)b).ToString()));

    private static string Cyrillic(string text) =>
        string.Concat(text.Select(c => Windows1251.GetBytes([c])[0] is var b && (b != '?' || c == '?') ? (char)b : c));

    private static string Base64Of(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string List(string text, string separator, string format) =>
        string.Join(separator, Encoding.UTF8.GetBytes(text).Select(b => string.Format(CultureInfo.InvariantCulture, format, b)));

    private static string Percents(string text)
    {
        text = PercentUnit().Replace(text, UnitOf);
        return Percent().Replace(
            text, m => Encoding.UTF8.GetString(Convert.FromHexString(m.Value.Replace("%", "", StringComparison.Ordinal))));
    }

    private static string Utf8Of(Match match) =>
        Encoding.UTF8.GetString(Convert.FromHexString(match.Value.Replace(@"\x", "", StringComparison.Ordinal)));

    private static string UnitOf(Match match) =>
        ((char)int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString();

    private static string RuneOf(Match match) =>
        int.TryParse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
            && Rune.TryCreate(value, out var rune)
            ? rune.ToString()
            : "";

    private static string Plain(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKD).Where(c => char.IsLetterOrDigit(c))).ToUpperInvariant();

    private static string Json(string text) => JsonSerializer.Serialize(text, Relaxed)[1..^1];

    private static Func<string, string> Units(string format) => text => string.Concat(text.Select(c => c is > '~' or '"' or '\\' or < ' '
        ? format.Replace("{0:x4}", ((int)c).ToString("x4", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{0:X4}", ((int)c).ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        : c.ToString()));

    private static Func<string, string> Bytes(string format) =>
        text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b is > 126 or < 32 or (byte)'\\'
            ? format.Replace("{0:x2}", b.ToString("x2", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{0:oct}", Convert.ToString(b, 8).PadLeft(3, '0'), StringComparison.Ordinal)
            : ((char)b).ToString()));
}
