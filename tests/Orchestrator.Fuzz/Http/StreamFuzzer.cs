using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>Streamed answers.</summary>
internal sealed class StreamFuzzer : ProviderFuzzer
{
    private static readonly LlmRequest Request = new(Values.Prompt) { Streaming = true };
    private readonly int[] _wholeAt;
    private readonly byte[][] _bareMarks;

    public StreamFuzzer(Vendor vendor)
        : base(vendor, "stream", vendor.Streams, vendor.IsChat)
    {
        _wholeAt = [.. vendor.Streams.Select(WholeAt)];
        _bareMarks = [.. vendor.BareMarks.Append("\\u").Select(Encoding.UTF8.GetBytes)];
    }

    public override void Make(FuzzCase input, Mutator mutator, Dice dice)
    {
        if (dice.OneIn(6))
        {
            // Cut and nothing else: then it is known what has to come of it.
            var sample = dice.Below(Samples.Count);
            input.Bytes.Set(Samples[sample]);
            input.Bytes.Cut(dice.Below(input.Bytes.Length + 1));
            input.Expectation = input.Bytes.Length < _wholeAt[sample] ? Expectation.NoAnswer : Expectation.Answer;
        }
        else
        {
            mutator.Make(input.Bytes, Samples, dice);
        }

        Envelope.Fill(input, Vendor.StreamType, dice);
        if (input.Expectation == Expectation.Answer && (input.Ending != Ending.Clean || input.Headers[0].Value != Vendor.StreamType))
            input.Expectation = Expectation.Any;
    }

    protected override async Task CallAsync(ILlmProvider provider, AnswerRecord record, CancellationToken cancellationToken)
    {
        await foreach (var update in provider.GenerateAsync(Request, cancellationToken))
            record.Add(update);
    }

    protected override void CheckAnswer(FuzzCase input, AnswerRecord record)
    {
        // Under another content type a whole body is an answer too.
        if (input.UnzippedLength is not null || input.Headers[0].Value != Vendor.StreamType)
            return;
        foreach (var mark in _bareMarks)
        {
            if (input.Bytes.Span.IndexOf(mark) >= 0)
                return;
        }

        throw new FuzzFailure("a stream without a completion mark was taken for a whole answer");
    }

    /// <summary>The length from which on a cut stream holds the mark. Looked for in the text: no reader is asked.</summary>
    private int WholeAt(string stream)
    {
        var at = 0;
        foreach (var line in stream.Split('\n'))
        {
            var end = at + Encoding.UTF8.GetByteCount(line.TrimEnd('\r'));
            if (Vendor.Marks.Any(m => line.Contains(m, StringComparison.Ordinal)))
                return end;
            at += Encoding.UTF8.GetByteCount(line) + 1;
        }

        return int.MaxValue;
    }
}
