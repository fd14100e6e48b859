namespace Orchestrator;

/// <summary>
/// The totals of one provider name: unpacked for models in use, packed for models that have left. Guarded by the lock of its
/// <see cref="ProviderState"/>.
/// </summary>
internal sealed class NameTotals(string provider)
{
    private readonly List<ModelTotals> _inUse = [];
    private LeftModels? _left;

    /// <summary>Whether the totals may still change.</summary>
    public bool HasUsers => _inUse.Exists(static t => t.Users > 0);

    /// <summary>The totals of a model, with one more user. A model that returns continues with its old totals.</summary>
    public ModelTotals Use(string model, string currency)
    {
        // The currency is the router's: one for all models of a name.
        var totals = _inUse.Find(t => t.Model == model);
        if (totals is null)
            _inUse.Add(totals = _left?.Take(model) ?? new ModelTotals(provider, model, currency));
        totals.Users++;
        return totals;
    }

    /// <summary>Packs models without users.</summary>
    /// <param name="kept">The model that stays unpacked: the last one of a name that is between two registrations.</param>
    /// <param name="stamp">The number of this change.</param>
    public void PackUnused(ModelTotals? kept, long stamp)
    {
        for (var i = _inUse.Count - 1; i >= 0; i--)
        {
            if (_inUse[i].Users > 0 || ReferenceEquals(_inUse[i], kept))
                continue;
            PackAt(i, stamp);
        }
    }

    public TotalsSum Sum()
    {
        var sum = new TotalsSum();
        if (_left is not null)
            sum.Add(_left.Total);
        foreach (var totals in _inUse)
            sum.Add(totals, 1);
        return sum;
    }

    /// <summary>Visits all models in use, and those that left after a stamp.</summary>
    public void Visit(long since, Action<ModelTotals> visit)
    {
        foreach (var totals in _inUse)
            visit(totals);
        _left?.Visit(since, visit);
    }

    /// <summary>Packs and writes all models. None may have users.</summary>
    public void Save(BinaryWriter writer, long stamp)
    {
        PackUnused(kept: null, stamp);
        writer.Write7BitEncodedInt(_left?.Count ?? 0);
        foreach (var (model, packed) in _left?.Packed ?? [])
        {
            writer.Write(model);
            writer.Write7BitEncodedInt(packed.Length);
            writer.Write(packed);
        }
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader, string currency)
    {
        var models = reader.Read7BitEncodedInt();
        if (models > 0)
            _left = new LeftModels(provider, currency);
        for (; models > 0; models--)
            _left!.Add(reader.ReadString(), reader.ReadBytes(reader.Read7BitEncodedInt()));
    }

    private void PackAt(int index, long stamp)
    {
        var totals = _inUse[index];
        (_left ??= new LeftModels(provider, totals.Currency)).Add(totals, stamp);
        _inUse.RemoveAt(index);
    }
}
