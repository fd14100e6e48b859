namespace Orchestrator.Fuzz;

/// <summary>Chooses mutations and makes them. One for each worker.</summary>
internal sealed class Mutator
{
    private const int Rare = 40;
    private readonly JsonMutations _json = new();
    private readonly Action<ByteBuffer, Dice>[] _usual;
    private readonly Action<ByteBuffer, Dice>[] _costly;

    public Mutator()
    {
        _usual =
        [
            ByteMutations.Flip, ByteMutations.Overwrite, ByteMutations.Delete, ByteMutations.Duplicate, ByteMutations.InsertRaw,
            ByteMutations.InsertRandom,
            ByteMutations.Cut, _json.SwapType, _json.SwapType, _json.SwapType, _json.DeleteField, _json.DuplicateField, _json.SwapTwo,
            _json.Rename, _json.Wrap, _json.Taint,
            _json.Taint, LineMutations.Insert, LineMutations.Insert, LineMutations.Delete, LineMutations.Duplicate, LineMutations.Move,
            LineMutations.Ends, LineMutations.Join,
        ];
        _costly = [ByteMutations.Run, ByteMutations.ByteOrderMark, ByteMutations.Utf16, _json.Deepen, _json.RepeatField,
            LineMutations.Repeat];
    }

    /// <summary>Makes an input out of samples: several mutations, a splice of two, or no sample at all.</summary>
    public void Make(ByteBuffer bytes, IReadOnlyList<byte[]> samples, Dice dice)
    {
        if (dice.OneIn(25))
        {
            ByteMutations.Random(bytes, dice);
            return;
        }

        bytes.Set(dice.Of(samples));
        if (dice.OneIn(20))
            ByteMutations.Splice(bytes, dice.Of(samples), dice);
        for (var count = dice.Skewed(8); count > 0; count--)
            (dice.OneIn(Rare) ? dice.Of(_costly) : dice.Of(_usual))(bytes, dice);
    }
}
