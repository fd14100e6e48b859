namespace Orchestrator.Providers;

/// <summary>A stream whose first bytes were looked at.</summary>
internal sealed class PeekedStream(Stream inner) : Stream
{
    private const int MostPeeked = 4096;
    private byte[] _peeked = [];
    private int _taken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The first byte that is no blank and no byte order mark; null for none among the first bytes.</summary>
    public async ValueTask<byte?> PeekAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MostPeeked];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await inner.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += read;
            _peeked = buffer[..length];
            if (First(_peeked) is { } first)
                return first;
            if (read == 0)
                break;
        }

        return null;
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        TryTake(buffer.AsSpan(offset, count), out var taken) ? taken : inner.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        TryTake(buffer.Span, out var taken) ? new(taken) : inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private static byte? First(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> blanks = [(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0xEF, 0xBB, 0xBF];
        var rest = bytes.TrimStart(blanks);
        return rest.IsEmpty ? null : rest[0];
    }

    private bool TryTake(Span<byte> into, out int taken)
    {
        taken = Math.Min(into.Length, _peeked.Length - _taken);
        _peeked.AsSpan(_taken, taken).CopyTo(into);
        _taken += taken;
        return taken > 0 || into.IsEmpty;
    }
}
