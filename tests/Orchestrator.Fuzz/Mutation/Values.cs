using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>What goes in the place of something else: the values readers are known to fall over.</summary>
internal static class Values
{
    /// <summary>The key all providers are made with. It must appear in no message, even when the server echoes it.</summary>
    public const string Key = "sk-canary-7f3a9b52c1d04e68";

    /// <summary>The key as a vendor wants it that has an id and a secret in base64.</summary>
    public static readonly string PairedKey = Convert.ToBase64String(Encoding.ASCII.GetBytes($"fuzz:{Key}"));

    /// <summary>The access token of a vendor that has a key beside it. It must appear in no message either.</summary>
    public const string Token = "eyJ-canary-token-2d90c1f7";

    /// <summary>The prompt all requests have. It must appear in no message.</summary>
    public const string Prompt = "canary-prompt-5e81d0: what is the answer?";

    public static IReadOnlyList<byte[]> Json { get; } = Bytes(
        "null", "true", "false", "0", "1", "[]", "{}", "\"\"", "\" \"", "[null]", "{\"a\":1}", "[[],{}]", "\"stop\"",
        "\"error\"", "\"text\"",
        "-1", "1.5", "-0", "1e400", "1e-400", "2147483647", "2147483648", "4294967296", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "\"12\"", "\"-12\"", "\"1e3\"", "007", "NaN", "Infinity", new string('9', 400),
        """ "\ud800" """, """ "a\udc00b" """, """ "\ude00\ud83d" """, """ "\u0000" """, "\"\0\"", "\"\uFFFE\uFEFF\"",
        "\"\u202E\u200Fabc\u2066\"",
        "\"a\r\nb\"", """ "a\r\nb" """, "\"data: [DONE]\"", """ "\u2028" """, """ "\x" """, """ "\u12" """, "'a'", "// a\n1", "/* a */ 1",
        "1,", ",1", "\"unended",
        $"\"{Key}\"", $"\"Incorrect key {Key} given\"", $$"""{"message":"{{Key}}","code":"{{Key}}","type":"{{Key}}"}""", $"[\"{Key}\"]",
        $"\"{Prompt}\"", $"\"You said: {Prompt} No.\"", $$"""{"message":"{{Prompt}}","code":"{{Prompt}}"}""");

    public static IReadOnlyList<byte[]> Raw { get; } =
    [
        [0xC0, 0x80], [0xC3, 0x28], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xED, 0xA0, 0x80],
        [0xFE, 0xFF], [0x80], [0xFF],
        [0xEF, 0xBB, 0xBF], [0x00], [0x1B, (byte)'['], [(byte)'\\'], [(byte)'"'], [(byte)'{'], [(byte)'}'], [(byte)']'], [(byte)','],
        [0x0B], [0x0C], [0x7F],
        .. Bytes("\n", "\r", "\r\n", "\n\n", "\u2028", "\u0085", "\U0001F600", "é", "\\ud83d", "\\u0000", Key),
    ];

    public static IReadOnlyList<byte[]> Lines { get; } = Bytes(
        ": a comment", ":", "event: error", "event: message", "event:", "id: 1", "id", "retry: 10", "retry: 99999999999999999999", "data",
        "data:", "data: ",
        "data: [DONE]", "data:[DONE]", "data: [DONE] ", "data: null", "data: 1", "data: {}", "data: []", "data: \"a\"", "data: {", "{}",
        "null", "[]", "[DONE]", "unknown: 1", " data: {}",
        "{\"error\":\"it broke\"}", "{\"error\":null}", "data: {\"error\":{\"message\":\"it broke\",\"code\":500}}",
        "data: {\"object\":\"error\",\"message\":\"it broke\"}",
        "<html><body>502 Bad Gateway</body></html>", "HTTP/1.1 200 OK", "0", "5", "\0");

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
