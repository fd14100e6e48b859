using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace Orchestrator.Tests.Accounting;

/// <summary>Notes what it is asked to count; every piece is one token.</summary>
internal sealed class RecordingTokenizer : Tokenizer
{
    public List<string> Pieces { get; } = [];

    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        settings.ConsiderPreTokenization.Should().BeFalse("the pieces are cut already");
        Pieces.Add(text ?? textSpan.ToString());
        return 1;
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        throw new NotSupportedException();

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        throw new NotSupportedException();
}
