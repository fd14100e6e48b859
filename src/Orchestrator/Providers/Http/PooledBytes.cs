namespace Orchestrator.Providers;

/// <summary>A body of unknown length in one buffer that doubles as it grows.</summary>
internal sealed class PooledBytes : IDisposable
{
    private byte[] _buffer = Buffers.Rent(4096);

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

    /// <summary>Room for the next read; at most up to <paramref name="cap"/> bytes in all.</summary>
    public Memory<byte> Room(int cap)
    {
        if (Length == _buffer.Length)
            _buffer = Buffers.Grow(_buffer, Length, Math.Min(_buffer.Length * 2, Math.Max(cap, Length + 1)));
        return _buffer.AsMemory(Length, Math.Min(_buffer.Length, cap) - Length);
    }

    public void Advance(int count) => Length += count;

    public void Dispose()
    {
        Buffers.Return(_buffer);
        _buffer = [];
        Length = 0;
    }
}
