namespace Orchestrator;

/// <summary>
/// What stays of a name, or of one of its models, that has left: its totals, packed. They go on when it comes back; the record of its health, its
/// latest latencies and its average speak of a provider that is gone, and start anew.
/// </summary>
internal sealed partial class ProviderState
{
    private LeftModels? _left;

    /// <summary>Whether it stands in the line of states to be packed. Guarded by the lock of the list.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Whether a slot lists the name.</summary>
    public bool IsListed
    {
        get
        {
            lock (_lock)
                return _current is { IsRetired: false };
        }
    }

    /// <summary>The totals as bytes, about a hundred for each model; null while anything may still be counted. Nothing is shown of the state afterwards.</summary>
    /// <param name="seen">Whether the exporter has all of it.</param>
    public byte[]? TryPack(bool seen = false)
    {
        lock (_lock)
        {
            if (_inFlight > 0 || _queue.Count > 0 || _totals.Exists(static t => t.Users > 0))
                return null;
            foreach (var totals in _totals)
                LeftUnderLock(totals).Add(totals);
            _totals.Clear();
            _isPacked = true;
            using var bytes = new MemoryStream();
            using var writer = new BinaryWriter(bytes);
            writer.Write(seen);
            foreach (var changes in _health.Changes)
                writer.Write7BitEncodedInt64(changes);
            _queue.Waits.Save(writer);
            writer.Write7BitEncodedInt(_left?.Count ?? 0);
            foreach (var (model, packed, modelSeen) in _left?.Packed ?? [])
            {
                writer.Write(model);
                writer.Write(modelSeen);
                writer.Write7BitEncodedInt(packed.Length);
                writer.Write(packed);
            }

            return bytes.ToArray();
        }
    }

    /// <summary>Whether the exporter has all of what <see cref="TryPack"/> gave.</summary>
    public static bool IsSeen(byte[] packed) => packed[0] != 0;

    /// <summary>Takes over what <see cref="TryPack"/> gave. Before the first slot is attached.</summary>
    public void Unpack(byte[] packed, string currency)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        lock (_lock)
        {
            _ = reader.ReadBoolean();
            Span<long> changes = stackalloc long[_health.Changes.Length];
            foreach (ref var change in changes)
                change = reader.Read7BitEncodedInt64();
            _health.GoOnFrom(changes);
            _queue.Waits.Load(reader);
            var models = reader.Read7BitEncodedInt();
            if (models > 0)
                _left = new LeftModels(Name, currency);
            for (; models > 0; models--)
                UnpackModelUnderLock(reader);
        }
    }

    private void UnpackModelUnderLock(BinaryReader reader)
    {
        var (model, seen) = (reader.ReadString(), reader.ReadBoolean());
        _left!.Add(model, reader.ReadBytes(reader.Read7BitEncodedInt()), seen);
    }

    private LeftModels LeftUnderLock(ModelTotals totals) => _left ??= new LeftModels(Name, totals.Currency);

    private void PackModelsUnderLock()
    {
        for (var i = _totals.Count - 1; i >= 0; i--)
        {
            // The last one stays, as does what a name has while it is between two slots.
            if (_totals[i].Users > 0 || ReferenceEquals(_totals[i], _current?.Totals))
                continue;
            LeftUnderLock(_totals[i]).Add(_totals[i]);
            _totals.RemoveAt(i);
        }
    }
}
