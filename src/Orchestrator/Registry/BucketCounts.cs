namespace Orchestrator;

/// <summary>
/// Observations by histogram bucket since the process started. An observation costs two additions under a lock that is held anyway; in the
/// exporter's histogram it would cost three contended atomic operations. Reading changes nothing, so every exporter sees all observations.
/// Guarded by its owner's lock.
/// </summary>
internal sealed class BucketCounts(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly double[] _sums = new double[bounds.Length + 1];

    public void Add(double seconds)
    {
        var i = 0;
        while (i < bounds.Length && seconds > bounds[i])
            i++;
        _counts[i]++;
        _sums[i] += seconds;
    }

    /// <summary>The number of buckets, the one without a bound included.</summary>
    public int Length => _counts.Length;

    public long Count(int bucket) => _counts[bucket];

    public double Sum(int bucket) => _sums[bucket];

    /// <summary>The mean of observations of one bucket. Rounding must not carry it over a bound into a neighbouring bucket.</summary>
    public double Mean(int bucket, double sum, long count)
    {
        var mean = sum / count;
        if (bucket < bounds.Length && mean > bounds[bucket])
            return bounds[bucket];
        return bucket > 0 && mean <= bounds[bucket - 1] ? Math.BitIncrement(bounds[bucket - 1]) : mean;
    }

    /// <summary>Adds these observations to another set of buckets with the same bounds.</summary>
    public void AddTo(BucketCounts target)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            target._counts[i] += _counts[i];
            target._sums[i] += _sums[i];
        }
    }

    /// <summary>Writes the buckets that are not empty, a few bytes each.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write((byte)_counts.Count(static c => c != 0));
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0)
                continue;
            writer.Write((byte)i);
            writer.Write7BitEncodedInt64(_counts[i]);
            writer.Write(_sums[i]);
        }
    }

    /// <summary>Adds what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader)
    {
        for (var left = reader.ReadByte(); left > 0; left--)
        {
            var i = reader.ReadByte();
            _counts[i] += reader.Read7BitEncodedInt64();
            _sums[i] += reader.ReadDouble();
        }
    }
}
