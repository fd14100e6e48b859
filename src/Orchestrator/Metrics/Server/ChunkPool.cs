namespace Orchestrator;

/// <summary>
/// Keeps the chunks of the last pages for the next ones: as many as were in use at once lately, so that the memory of a server under steady
/// scrapes stays constant. Thread-safe.
/// </summary>
internal sealed class ChunkPool
{
    /// <summary>Just below the size of a large object.</summary>
    public const int ChunkLength = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _free = new();
    private int _rented;
    private int _largestPage = 4;

    /// <summary>Bytes in pages that are being written or sent.</summary>
    public long RentedBytes => (long)Volatile.Read(ref _rented) * ChunkLength;

    public byte[] Rent()
    {
        lock (_gate)
        {
            _rented++;
            if (_free.TryPop(out var chunk))
                return chunk;
        }

        return GC.AllocateUninitializedArray<byte>(ChunkLength);
    }

    public void Return(List<byte[]> chunks)
    {
        lock (_gate)
        {
            _rented -= chunks.Count;
            // Shrinks slowly after an unusually large page.
            _largestPage = Math.Max(chunks.Count, _largestPage - 1);
            foreach (var chunk in chunks)
            {
                if (_free.Count < _largestPage)
                    _free.Push(chunk);
            }

            while (_free.Count > _largestPage)
                _free.Pop();
        }
    }
}
