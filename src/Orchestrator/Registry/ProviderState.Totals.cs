namespace Orchestrator;

/// <summary>
/// The totals of the name: each attempt counted once, and what is kept of a name that has left, packed. They continue when the name
/// returns. Its health record, latencies and average describe a provider that is gone: they start anew.
/// </summary>
internal sealed partial class ProviderState
{
    /// <summary>The totals as bytes, about a hundred for each model; null while anything may still be counted. The state is not used
    /// afterwards.</summary>
    /// <param name="stamp">The number of this change of the list.</param>
    public byte[]? TryPack(long stamp)
    {
        lock (_lock)
        {
            if (_permits.InFlight > 0 || _permits.Queued > 0 || _totals.HasUsers)
                return null;
            using var bytes = new MemoryStream();
            using var writer = new BinaryWriter(bytes);
            LeftStamp.Write(writer, stamp);
            foreach (var changes in _health.Changes)
                writer.Write7BitEncodedInt64(changes);
            _permits.Waits.Save(writer);
            _totals.Save(writer, stamp);
            return bytes.ToArray();
        }
    }

    /// <summary>Restores what <see cref="TryPack"/> returned. Called before the first provider is attached.</summary>
    public void Unpack(byte[] packed, string currency)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        lock (_lock)
        {
            _ = LeftStamp.Read(reader);
            Span<long> changes = stackalloc long[_health.Changes.Length];
            foreach (ref var change in changes)
                change = reader.Read7BitEncodedInt64();
            _health.GoOnFrom(changes);
            _permits.Waits.Load(reader);
            _totals.Load(reader, currency);
        }
    }

    /// <summary>Counts an attempt that has ended, once.</summary>
    public void Count(RegisteredProvider registered, LlmAttempt attempt)
    {
        lock (_lock)
            CountUnderLock(registered, attempt);
    }

    private void CountUnderLock(RegisteredProvider registered, LlmAttempt attempt)
    {
        _latencies.Add(attempt.Duration.Ticks);
        registered.Totals!.Add(attempt);
        registered.Totals.Users--;
    }
}
