namespace Orchestrator;

/// <summary>
/// One rendered page: written once as a stream, then sent to several connections, each at its own pace. It is stored in chunks, so that a
/// large page needs neither large objects nor copies.
/// </summary>
internal sealed class MetricPage(ChunkPool pool, CancellationToken cancellationToken) : Stream
{
    private const int MaxLength = 256 * 1024 * 1024;

    private readonly List<byte[]> _chunks = [];
    private int _length;
    private int _holders = 1;

    public override long Length => _length;

    /// <summary>Called by the loop only, as <see cref="Release"/> is once the page is written.</summary>
    public void Hold() => _holders++;

    public void Release()
    {
        if (--_holders > 0)
            return;
        pool.Return(_chunks);
        _chunks.Clear();
    }

    /// <summary>Adds the chunks after <paramref name="position"/>, at most <paramref name="limit"/> chunks.</summary>
    public void AddParts(List<ArraySegment<byte>> parts, int position, int limit)
    {
        while (position < _length && limit-- > 0)
        {
            var offset = position % ChunkPool.ChunkLength;
            var count = Math.Min(ChunkPool.ChunkLength - offset, _length - position);
            parts.Add(new ArraySegment<byte>(_chunks[position / ChunkPool.ChunkLength], offset, count));
            position += count;
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.Length > MaxLength - _length)
            throw new InvalidOperationException($"The page of metrics is larger than {MaxLength >> 20} MiB. Use fewer label values.");
        while (buffer.Length > 0)
        {
            var offset = _length % ChunkPool.ChunkLength;
            if (offset == 0)
                _chunks.Add(pool.Rent());
            var count = Math.Min(buffer.Length, ChunkPool.ChunkLength - offset);
            buffer[..count].CopyTo(_chunks[^1].AsSpan(offset));
            buffer = buffer[count..];
            _length += count;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    /// <summary>Compresses this page into another.</summary>
    public void CompressTo(MetricPage target)
    {
        using var gzip = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true);
        for (var i = 0; i < _chunks.Count; i++)
            gzip.Write(_chunks[i].AsSpan(0, Math.Min(ChunkPool.ChunkLength, _length - (i * ChunkPool.ChunkLength))));
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
