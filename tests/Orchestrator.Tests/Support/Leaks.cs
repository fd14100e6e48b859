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
        ["braces of JavaScript"] = text => string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $@"\u{{{r.Value:x}}}" : r.ToString())),
        ["wide escapes of Python"] = text => string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $@"\U{r.Value:x8}" : r.ToString())),
        ["bytes of Python"] = Bytes(@"\x{0:x2}"),
        ["repr of Python"] = text => "'" + text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal) + "'",
        ["octal"] = Bytes(@"\{0:oct}"),
        ["URL"] = Uri.EscapeDataString,
        ["URL, lower"] = text => LowerHex().Replace(Uri.EscapeDataString(text), m => m.Value.ToLowerInvariant()),
        ["URL, twice"] = text => Uri.EscapeDataString(Uri.EscapeDataString(text)),
        ["form"] = text => WebUtility.UrlEncode(text),
        ["URL of old JavaScript"] = Units("%u{0:X4}"),
        ["URL in JSON in HTML"] = text => WebUtility.HtmlEncode(Json(Uri.EscapeDataString(text))),
        ["HTML"] = text => WebUtility.HtmlEncode(text),
        ["HTML, decimal"] = text => string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $"&#{r.Value};" : WebUtility.HtmlEncode(r.ToString()))),
        ["HTML, hexadecimal"] = text => string.Concat(text.EnumerateRunes().Select(r => $"&#x{r.Value:X};")),
        ["HTML, twice"] = text => WebUtility.HtmlEncode(string.Concat(text.EnumerateRunes().Select(r => r.Value > 126 ? $"&#{r.Value};" : WebUtility.HtmlEncode(r.ToString())))),
        ["base64"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        ["base64 for URLs"] = text => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)),
        ["base64 of JSON"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(Units(@"\u{0:x4}")(text))),
        ["base64, its beginning lost"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text))[5..],
        ["hexadecimal"] = text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
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

    /// <summary>A piece of the secret, so many letters and digits long, that a text holds in whatever form; null when it holds none.</summary>
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

    private static IEnumerable<string> Forms(string text)
    {
        var decoded = text;
        for (var i = 0; i < 6; i++)
        {
            yield return decoded;
            var before = decoded;
            decoded = WebUtility.HtmlDecode(Percents(WideEscape().Replace(Escape().Replace(ByteEscape().Replace(decoded, Utf8Of), UnitOf), RuneOf)).Replace(@"\n", " ", StringComparison.Ordinal)).Replace(@"\\", @"\", StringComparison.Ordinal);
            if (decoded == before)
                break;
        }

        yield return decoded;
        yield return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));
        foreach (Match run in Base64().Matches(text))
        {
            for (var skipped = 0; skipped < 4; skipped++)
            {
                var piece = run.Value[skipped..].Replace('-', '+').Replace('_', '/');
                yield return Escape().Replace(Encoding.UTF8.GetString(Convert.FromBase64String(piece[..(piece.Length / 4 * 4)])), UnitOf);
            }

            if (run.Value.Length % 2 == 0 && run.Value.All(char.IsAsciiHexDigit))
                yield return Encoding.UTF8.GetString(Convert.FromHexString(run.Value));
        }
    }

    private static string Percents(string text)
    {
        text = PercentUnit().Replace(text, UnitOf);
        return Percent().Replace(text, m => Encoding.UTF8.GetString(Convert.FromHexString(m.Value.Replace("%", "", StringComparison.Ordinal))));
    }

    private static string Utf8Of(Match match) => Encoding.UTF8.GetString(Convert.FromHexString(match.Value.Replace(@"\x", "", StringComparison.Ordinal)));

    private static string UnitOf(Match match) => ((char)int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString();

    private static string RuneOf(Match match) =>
        int.TryParse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) && Rune.TryCreate(value, out var rune) ? rune.ToString() : "";

    private static string Plain(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKD).Where(c => char.IsLetterOrDigit(c))).ToUpperInvariant();

    private static string Json(string text) => JsonSerializer.Serialize(text, Relaxed)[1..^1];

    private static Func<string, string> Units(string format) => text => string.Concat(text.Select(c => c is > '~' or '"' or '\\' or < ' '
        ? format.Replace("{0:x4}", ((int)c).ToString("x4", CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{0:X4}", ((int)c).ToString("X4", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        : c.ToString()));

    private static Func<string, string> Bytes(string format) => text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b is > 126 or < 32 or (byte)'\\'
        ? format.Replace("{0:x2}", b.ToString("x2", CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{0:oct}", Convert.ToString(b, 8).PadLeft(3, '0'), StringComparison.Ordinal)
        : ((char)b).ToString()));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

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
