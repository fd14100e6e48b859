namespace Orchestrator.Providers;

/// <summary>A body of unknown length in one buffer that doubles as it grows.</summary>
/// <remarks>A read that was cancelled or failed may still write into the buffer: such a buffer is not returned to the
/// pool.</remarks>
internal sealed class PooledBytes : IDisposable
{
    private byte[] _buffer = Buffers.Rent(4096);
    private bool _lent;

    public int Length { get; private set; }

    /// <summary>The body, without the byte order mark that some servers put before it.</summary>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
            ReadOnlySpan<byte> all = _buffer.AsSpan(0, Length);
            return all.StartsWith(mark) ? all[mark.Length..] : all;
        }
    }

    /// <summary>The buffer for the next read, valid until <see cref="Advance"/>; the body is at most <paramref name="cap"/> bytes
    /// long.</summary>
    public Memory<byte> Room(int cap)
    {
        if (Length == _buffer.Length)
            _buffer = Buffers.Grow(_buffer, Length, Math.Min(_buffer.Length * 2, Math.Max(cap, Length + 1)));
        _lent = true;
        return _buffer.AsMemory(Length, Math.Min(_buffer.Length, cap) - Length);
    }

    /// <summary>The read has ended, with this many bytes.</summary>
    public void Advance(int count)
    {
        _lent = false;
        Length += count;
    }

    public void Dispose()
    {
        if (!_lent)
            Buffers.Return(_buffer);
        _buffer = [];
        Length = 0;
    }
}
