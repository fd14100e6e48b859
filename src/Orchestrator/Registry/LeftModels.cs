namespace Orchestrator;

/// <summary>
/// The packed totals of models that a provider name no longer uses: a model name that changes with every deployment must not cost a
/// kilobyte each time. The sum over all of them is kept unpacked. Guarded by the lock of its <see cref="ProviderState"/>.
/// </summary>
internal sealed class LeftModels(string provider, string currency)
{
    private readonly Dictionary<string, byte[]> _packed = new(StringComparer.Ordinal);
    private long _newest;

    public int Count => _packed.Count;

    /// <summary>By model: its stamp and its totals, as bytes.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>> Packed => _packed;

    public TotalsSum Total { get; } = new();

    /// <param name="totals">The totals of a model that has left.</param>
    /// <param name="stamp">When it left, in the order of the list's changes.</param>
    public void Add(ModelTotals totals, long stamp) => Add(totals.Model, Pack(totals, stamp));

    public void Add(string model, byte[] packed)
    {
        _packed.Add(model, packed);
        _newest = Math.Max(_newest, LeftStamp.Of(packed));
        Total.Add(Unpack(model, packed), 1);
    }

    /// <summary>Removes and returns the totals of a model that is used again; null when it has none.</summary>
    public ModelTotals? Take(string model)
    {
        if (!_packed.Remove(model, out var packed))
            return null;
        var totals = Unpack(model, packed);
        Total.Add(totals, -1);
        return totals;
    }

    /// <summary>Visits the models that left after a stamp.</summary>
    public void Visit(long since, Action<ModelTotals> visit)
    {
        if (_newest <= since)
            return;
        foreach (var (model, packed) in _packed)
        {
            if (LeftStamp.Of(packed) > since)
                visit(Unpack(model, packed));
        }
    }

    private static byte[] Pack(ModelTotals totals, long stamp)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        LeftStamp.Write(writer, stamp);
        totals.Save(writer);
        return bytes.ToArray();
    }

    private ModelTotals Unpack(string model, byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        _ = LeftStamp.Read(reader);
        var totals = new ModelTotals(provider, model, currency);
        totals.Load(reader);
        return totals;
    }
}
