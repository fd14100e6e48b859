using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace Orchestrator.Tests.Accounting;

/// <summary>Notes what it is asked to count; every piece is one token.</summary>
internal sealed class RecordingTokenizer : Tokenizer
{
    public List<string> Pieces { get; } = [];

    /// <summary>How many of the first counts fail.</summary>
    public int Failures { get; set; }

    public int Failed { get; private set; }

    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        settings.ConsiderPreTokenization.Should().BeFalse("the pieces are cut already");
        settings.ConsiderNormalization.Should().BeFalse("the encoding takes text as it is");
        if (Failed < Failures)
            throw new InvalidOperationException($"Failure {++Failed}");
        Pieces.Add(text ?? textSpan.ToString());
        return 1;
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        throw new NotSupportedException();

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        throw new NotSupportedException();
}
