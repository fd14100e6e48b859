using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Orchestrator.Testing;

/// <summary>Reads HTTP/1.1 requests: a head of at most 64 KiB, then a body by its length or in chunks.</summary>
internal static class RequestReader
{
    private const int LongestHead = 64 * 1024;

    public static async Task<CapturedRequest?> ReadAsync(
        FaultConnection connection, PipeReader reader, int maxBody, CancellationToken cancellationToken)
    {
        var head = await HeadAsync(reader, cancellationToken).ConfigureAwait(false);
        if (head is null)
            return null;
        var lines = head.Split("\r\n");
        var first = lines[0].Split(' ');
        if (first.Length != 3)
            throw new IOException($"'{lines[0]}' is no request line.");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
        }

        if (headers.TryGetValue("Expect", out var expect) && expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
            await connection.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n").ConfigureAwait(false);
        var body = await BodyAsync(reader, headers, maxBody, cancellationToken).ConfigureAwait(false);
        return body is null
            ? null
            : new CapturedRequest(head, first[0], first[1], headers, body, connection.Number, connection.TimeProvider.GetUtcNow());
    }

    private static async ValueTask<string?> HeadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (TryTakeHead(ref buffer, out var head))
            {
                reader.AdvanceTo(buffer.Start);
                return head;
            }

            if (buffer.Length > LongestHead)
                throw new IOException("The request's head is longer than 64 KiB.");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }

    private static bool TryTakeHead(ref ReadOnlySequence<byte> buffer, out string head)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n\r\n"u8))
        {
            head = "";
            return false;
        }

        head = Encoding.Latin1.GetString(bytes);
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    private static async ValueTask<byte[]?> BodyAsync(
        PipeReader reader, Dictionary<string, string> headers, int max, CancellationToken cancellationToken)
    {
        if (headers.TryGetValue("Transfer-Encoding", out var coding) && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return await ChunksAsync(reader, max, cancellationToken).ConfigureAwait(false);
        if (!headers.TryGetValue("Content-Length", out var text))
            return [];
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > max)
            throw new IOException($"A body of '{text}' bytes is not read.");
        return await TakeAsync(reader, length, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<byte[]?> ChunksAsync(PipeReader reader, int max, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = await LineAsync(reader, cancellationToken).ConfigureAwait(false);
            if (line is null
                || !int.TryParse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size)
                || body.Length + size > max)
            {
                return null;
            }

            if (size == 0)
                break;
            var chunk = await TakeAsync(reader, size, cancellationToken).ConfigureAwait(false);
            if (chunk is null || await LineAsync(reader, cancellationToken).ConfigureAwait(false) is not "")
                return null;
            body.Write(chunk);
        }

        while (await LineAsync(reader, cancellationToken).ConfigureAwait(false) is { Length: > 0 })
        {
            // Trailers say nothing here.
        }

        return body.ToArray();
    }

    private static async ValueTask<byte[]?> TakeAsync(PipeReader reader, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var have = 0;
        while (have < count)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, count - have));
            part.CopyTo(bytes.AsSpan(have));
            have += (int)part.Length;
            reader.AdvanceTo(part.End);
            if (result.IsCompleted && have < count && part.IsEmpty)
                return null;
        }

        return bytes;
    }

    private static async ValueTask<string?> LineAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(buffer.Slice(0, end)).TrimEnd('\r');
                reader.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted || buffer.Length > LongestHead)
                return null;
        }
    }
}
