namespace Orchestrator.Fuzz;

/// <summary>Bytes that mutations are made on; its memory is used again for the next input.</summary>
internal sealed class ByteBuffer
{
    /// <summary>No input grows beyond: several mutations in a row would multiply.</summary>
    public const int Most = 256 * 1024;

    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public Span<byte> Span => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Set(ReadOnlySpan<byte> bytes)
    {
        Length = 0;
        Append(bytes);
    }

    public void Append(ReadOnlySpan<byte> bytes) => Replace(Length, 0, bytes);

    public void Insert(int at, ReadOnlySpan<byte> bytes) => Replace(at, 0, bytes);

    public void Remove(int at, int count) => Replace(at, count, default);

    /// <summary>Puts bytes in the place of others. They may be some of its own.</summary>
    public void Replace(int at, int count, ReadOnlySpan<byte> bytes)
    {
        var length = Length - count + bytes.Length;
        if (length > Most && bytes.Length > count)
            return;
        if (bytes.Overlaps(_bytes))
            bytes = bytes.ToArray();
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
        _bytes.AsSpan(at + count, Length - at - count).CopyTo(_bytes.AsSpan(at + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(at));
        Length = length;
    }

    /// <summary>Ends it after so many bytes.</summary>
    public void Cut(int length) => Length = Math.Min(length, Length);
}
