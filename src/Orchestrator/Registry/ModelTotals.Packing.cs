namespace Orchestrator;

/// <summary>The totals of a model that has left, in about a hundred bytes.</summary>
internal sealed partial class ModelTotals
{
    public void Save(BinaryWriter writer)
    {
        foreach (var outcome in Outcomes)
            writer.Write7BitEncodedInt64(outcome);
        writer.Write((byte)Errors.Count(static e => e != 0));
        for (var i = 0; i < Errors.Length; i++)
        {
            if (Errors[i] == 0)
                continue;
            writer.Write((byte)i);
            writer.Write7BitEncodedInt64(Errors[i]);
        }

        writer.Write7BitEncodedInt64(PromptTokens);
        writer.Write7BitEncodedInt64(CompletionTokens);
        writer.Write7BitEncodedInt64(Unpriced);
        writer.Write7BitEncodedInt64(DurationTicks);
        writer.Write7BitEncodedInt64(FirstTokenTicks);
        writer.Write7BitEncodedInt64(FirstTokens);
        writer.Write(Cost != 0);
        if (Cost != 0)
            writer.Write(Cost);
        Latency.Save(writer);
        FirstToken.Save(writer);
    }

    /// <summary>Adds what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader)
    {
        for (var i = 0; i < Outcomes.Length; i++)
            Outcomes[i] += reader.Read7BitEncodedInt64();
        for (var left = reader.ReadByte(); left > 0; left--)
            Errors[reader.ReadByte()] += reader.Read7BitEncodedInt64();
        PromptTokens += reader.Read7BitEncodedInt64();
        CompletionTokens += reader.Read7BitEncodedInt64();
        Unpriced += reader.Read7BitEncodedInt64();
        DurationTicks += reader.Read7BitEncodedInt64();
        FirstTokenTicks += reader.Read7BitEncodedInt64();
        FirstTokens += reader.Read7BitEncodedInt64();
        if (reader.ReadBoolean())
            Cost += reader.ReadDecimal();
        Latency.Load(reader);
        FirstToken.Load(reader);
    }
}
