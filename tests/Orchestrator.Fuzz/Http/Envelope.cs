using System.IO.Compression;
using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>What goes around a body: status, headers, pieces, the end.</summary>
internal static class Envelope
{
    private static readonly int[] Statuses =
        [400, 401, 402, 403, 404, 408, 409, 410, 413, 418, 422, 429, 499, 500, 501, 502, 503, 504, 520, 529, 599, 201, 202, 204, 206, 301,
            302, 304, 307, 308, 999];

    private static readonly string[] Types =
    [
        "application/json", "text/event-stream", "application/x-ndjson", "text/html", "text/html; charset=windows-1251",
        "TEXT/HTML", "text/plain",
        "application/octet-stream", "application/json; charset=utf-16", "application/json; charset=\"nonsense\"", "text/json", "garbage",
        "", ";", "a/b/c", "application/problem+json",
    ];

    private static readonly string[] Names =
        ["Retry-After", "retry-after-ms", "x-request-id", "Content-Encoding", "Content-Length", "Location", "Set-Cookie", "Date"];

    /// <summary>Statuses of errors, and some that are no chat answer.</summary>
    public static int Status(Dice dice) => dice.OneIn(10) ? 200 + dice.Below(400) : dice.Of(Statuses);

    public static void Fill(FuzzCase input, string type, Dice dice)
    {
        input.Headers.Add(KeyValuePair.Create("Content-Type", dice.OneIn(16) ? dice.Of(Types) : type));
        while (dice.OneIn(6))
        {
            var name = dice.Of(Names);
            input.Headers.Add(KeyValuePair.Create(name, Value(name, dice)));
        }

        input.Pieces = dice.OneIn(3) ? 0 : dice.Next() | 1 << 20;
        input.Strict = dice.OneIn(4);
        if (dice.OneIn(12))
            input.Ending = (Ending)(1 + dice.Below(4));
        if (dice.OneIn(60))
            Zip(input, dice);
    }

    /// <summary>As a socket's handler gives header values: Latin-1, without line ends and NUL.</summary>
    public static string HeaderText(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return text.AsSpan().ContainsAny('\r', '\n', '\0')
            ? text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
                .Replace("\0", "", StringComparison.Ordinal)
            : text;
    }

    private static string Value(string name, Dice dice) => name switch
    {
        "Retry-After" or "retry-after-ms" => dice.Of(RetryAfterReader.Texts),
        "x-request-id" => dice.OneIn(2) ? "req-1" : $"{Values.Key} {dice.Next()}",
        "Content-Encoding" => dice.Of(["gzip", "br", "identity", "gzip, gzip", "\u00e9"]),
        "Content-Length" => dice.Of(["0", "-1", "99999999999999999999", "x"]),
        _ => dice.Of(["", "x", "http://other.example/", new string('x', 3000)]),
    };

    /// <summary>A body that is gzip, or says so and is not, or is cut in the middle.</summary>
    private static void Zip(FuzzCase input, Dice dice)
    {
        // A broken body of gzip has no place of its own where the answer is whole.
        input.Expectation = Expectation.Any;
        input.UnzippedLength = input.Bytes.Length;
        if (dice.OneIn(4))
            return;
        using var zipped = new MemoryStream();
        using (var writer = new GZipStream(zipped, CompressionLevel.Fastest))
            writer.Write(input.Bytes.Span);
        input.Bytes.Set(zipped.ToArray());
        if (dice.OneIn(2))
            ByteMutations.Flip(input.Bytes, dice);
        if (dice.OneIn(2))
            ByteMutations.Cut(input.Bytes, dice);
    }
}
