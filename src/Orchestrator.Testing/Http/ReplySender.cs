using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Orchestrator.Testing;

/// <summary>Writes a <see cref="ReplyPlan"/> to a connection.</summary>
internal static class ReplySender
{
    /// <summary>Sends the answer. False when the connection must not be used again.</summary>
    public static async Task<bool> SendAsync(FaultConnection connection, CapturedRequest request, ReplyPlan plan)
    {
        if (plan.Instead is { } instead)
        {
            await instead(connection).ConfigureAwait(false);
            return false;
        }

        if (plan.HeadDelay > TimeSpan.Zero)
            await connection.DelayAsync(plan.HeadDelay).ConfigureAwait(false);
        var headless = request.Method == "HEAD" || plan.Status is 204 or 304;
        var framing = plan.Framing != BodyFraming.Natural ? plan.Framing : plan.Streamed ? BodyFraming.Chunked : BodyFraming.Length;
        var body = Limited(plan);
        long? length = null;
        if (framing == BodyFraming.Length)
        {
            // The length that is told is the whole one, unless the cut is to look proper.
            var all = Joined(Encoded(plan.End is null or CutKind.Clean ? EventsOf(plan) : plan.Body, plan.Coding));
            var told = plan.End == CutKind.Clean && plan.ByteLimit is { } limit ? Math.Min(limit, all.Length) : all.Length;
            length = told + plan.LengthError;
            if (!plan.Streamed && plan.EventLimit is null)
                body = Limited([all], plan.ByteLimit);
        }

        var close = framing == BodyFraming.UntilClose
            || (request.Header("Connection")?.Contains("close", StringComparison.OrdinalIgnoreCase) ?? false)
            || request.Head.EndsWith("HTTP/1.0", StringComparison.Ordinal)
            || request.Head.Contains("HTTP/1.0\r\n", StringComparison.Ordinal);
        await HeadAsync(connection, plan, framing, length, close, headless).ConfigureAwait(false);
        if (headless)
            return !close;
        var sent = 0;
        foreach (var piece in body)
        {
            await PauseAsync(connection, plan, sent++).ConfigureAwait(false);
            await PieceAsync(connection, plan, framing, piece).ConfigureAwait(false);
            if (plan.EventDelay > TimeSpan.Zero)
                await connection.DelayAsync(plan.EventDelay).ConfigureAwait(false);
        }

        await PauseAsync(connection, plan, sent).ConfigureAwait(false);

        return await EndAsync(connection, plan, framing).ConfigureAwait(false) && !close && plan.LengthError == 0;
    }

    private static async Task HeadAsync(
        FaultConnection connection, ReplyPlan plan, BodyFraming framing, long? length, bool close, bool headless)
    {
        foreach (var line in plan.Preamble)
            await connection.WriteAsync(line).ConfigureAwait(false);
        var head = new StringBuilder();
        head.Append(plan.StatusLine ?? string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {plan.Status} {ReasonOf(plan.Status)}"))
            .Append("\r\n");
        if (plan.ContentType is { } type)
            head.Append("Content-Type: ").Append(type).Append("\r\n");
        head.Append("Date: ").Append(connection.TimeProvider.GetUtcNow().ToString("R", CultureInfo.InvariantCulture)).Append("\r\n");
        foreach (var (name, value) in plan.Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        if ((plan.SaidCoding ?? CodingName(plan.Coding)) is { } coding)
            head.Append("Content-Encoding: ").Append(coding).Append("\r\n");
        if (framing == BodyFraming.Chunked && !headless)
            head.Append("Transfer-Encoding: chunked\r\n");
        else if (length is { } known && plan.Status != 204)
            head.Append("Content-Length: ").Append(known.ToString(CultureInfo.InvariantCulture)).Append("\r\n");
        if (close)
            head.Append("Connection: close\r\n");
        using (var extra = plan.ExtraHeaderLines.GetEnumerator())
        {
            if (extra.MoveNext())
            {
                await WriteAsync(connection, plan, Encoding.UTF8.GetBytes(head.ToString())).ConfigureAwait(false);
                head.Clear();
                do
                    await connection.WriteAsync(extra.Current).ConfigureAwait(false);
                while (extra.MoveNext());
            }
        }

        head.Append("\r\n");
        await WriteAsync(connection, plan, Encoding.UTF8.GetBytes(head.ToString())).ConfigureAwait(false);
    }

    private static Task PauseAsync(FaultConnection connection, ReplyPlan plan, int sent) =>
        plan.Pause is { } pause && pause.Events == sent ? connection.DelayAsync(pause.Time) : Task.CompletedTask;

    private static async Task PieceAsync(FaultConnection connection, ReplyPlan plan, BodyFraming framing, ReadOnlyMemory<byte> piece)
    {
        if (framing != BodyFraming.Chunked)
        {
            await WriteAsync(connection, plan, piece).ConfigureAwait(false);
            return;
        }

        var size = plan.ChunkSize > 0 ? plan.ChunkSize : Math.Max(1, piece.Length);
        for (var at = 0; at < piece.Length; at += size)
            await WriteAsync(connection, plan, Chunk(piece.Span.Slice(at, Math.Min(size, piece.Length - at)))).ConfigureAwait(false);
    }

    private static async Task<bool> EndAsync(FaultConnection connection, ReplyPlan plan, BodyFraming framing)
    {
        if (plan.BadChunk is { } bad)
        {
            await connection.WriteAsync(bad).ConfigureAwait(false);
            return false;
        }

        switch (plan.End)
        {
            case CutKind.Stall:
                await connection.StallAsync().ConfigureAwait(false);
                return false;
            case CutKind.Reset:
                connection.Reset();
                return false;
            case CutKind.Close:
                connection.Finish();
                return false;
        }

        if (framing == BodyFraming.Chunked)
            await WriteAsync(connection, plan, "0\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
        return framing != BodyFraming.UntilClose;
    }

    private static Task WriteAsync(FaultConnection connection, ReplyPlan plan, ReadOnlyMemory<byte> bytes) =>
        plan.PieceSize > 0 ? connection.WriteInPiecesAsync(bytes, plan.PieceSize, plan.PieceDelay) : connection.WriteAsync(bytes);

    private static byte[] Chunk(ReadOnlySpan<byte> bytes)
    {
        Span<byte> size = stackalloc byte[16];
        Utf8Formatter.TryFormat(bytes.Length, size, out var digits, 'x');
        return [.. size[..digits], (byte)'\r', (byte)'\n', .. bytes, (byte)'\r', (byte)'\n'];
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Limited(ReplyPlan plan) =>
        Limited(Encoded(EventsOf(plan), plan.Coding), plan.ByteLimit);

    private static IEnumerable<ReadOnlyMemory<byte>> EventsOf(ReplyPlan plan) =>
        plan.EventLimit is { } limit ? plan.Body.Take(limit) : plan.Body;

    private static IEnumerable<ReadOnlyMemory<byte>> Limited(IEnumerable<ReadOnlyMemory<byte>> body, long? limit)
    {
        var left = limit ?? long.MaxValue;
        foreach (var piece in body)
        {
            if (left <= 0)
                yield break;
            yield return piece.Length <= left ? piece : piece[..(int)left];
            left -= piece.Length;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Encoded(IEnumerable<ReadOnlyMemory<byte>> body, BodyCoding coding) =>
        coding == BodyCoding.None ? body : Compressed(body, coding);

    private static IEnumerable<ReadOnlyMemory<byte>> Compressed(IEnumerable<ReadOnlyMemory<byte>> body, BodyCoding coding)
    {
        using var sink = new MemoryStream();
        Stream squeeze = coding switch
        {
            BodyCoding.Gzip => new GZipStream(sink, CompressionLevel.Fastest, leaveOpen: true),
            BodyCoding.Brotli => new BrotliStream(sink, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(sink, CompressionLevel.Fastest, leaveOpen: true),
        };
        foreach (var piece in body)
        {
            squeeze.Write(piece.Span);
            squeeze.Flush();
            if (sink.Length == 0)
                continue;
            yield return sink.ToArray();
            sink.SetLength(0);
        }

        squeeze.Dispose();
        if (sink.Length > 0)
            yield return sink.ToArray();
    }

    private static byte[] Joined(IEnumerable<ReadOnlyMemory<byte>> body)
    {
        using var all = new MemoryStream();
        foreach (var piece in body)
            all.Write(piece.Span);
        return all.ToArray();
    }

    private static string? CodingName(BodyCoding coding) => coding switch
    {
        BodyCoding.Gzip => "gzip",
        BodyCoding.Brotli => "br",
        BodyCoding.Deflate => "deflate",
        _ => null,
    };

    private static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    };
}
