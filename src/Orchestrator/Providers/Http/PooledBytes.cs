using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>A body of unknown length in one pooled buffer that doubles as it grows.</summary>
internal sealed class PooledBytes : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    /// <summary>Room for the next read; at most up to <paramref name="cap"/> bytes in all.</summary>
    public Memory<byte> Room(int cap)
    {
        if (Length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length, Math.Min(_buffer.Length, cap) - Length);
    }

    public void Advance(int count) => Length += count;

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }
}
