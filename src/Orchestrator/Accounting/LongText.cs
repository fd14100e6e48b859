using System.Buffers;

namespace Orchestrator;

/// <summary>
/// The tokens of a text too long to keep. An estimate grows with each part; the tokenizer gets the text up to the last place where it may be cut
/// without changing the count, and the rest waits for what follows.
/// </summary>
internal sealed class LongText(TokenCounter counter, ModelFamily family) : IDisposable
{
    internal const int BufferLength = 16_384;

    private readonly bool _tokenized = counter.UsesVocabulary(family);
    private TextEstimate _estimate = counter.StartEstimate(family);
    private char[]? _waiting;
    private int _length;
    private long _counted;

    public long CountTokens() =>
        _tokenized ? _counted + counter.CountText(_waiting.AsSpan(0, _length), family) : _estimate.Tokens;

    public void Add(ReadOnlySpan<char> text)
    {
        if (!_tokenized)
        {
            _estimate.Add(text);
            return;
        }
        _waiting ??= ArrayPool<char>.Shared.Rent(BufferLength);
        while (!text.IsEmpty)
        {
            var taken = Math.Min(BufferLength - _length, text.Length);
            text[..taken].CopyTo(_waiting.AsSpan(_length));
            _length += taken;
            text = text[taken..];
            if (_length == BufferLength)
                CountUpToLastCut(_waiting.AsSpan(0, _length));
        }
    }

    public void Dispose()
    {
        if (_waiting is { } waiting)
            ArrayPool<char>.Shared.Return(waiting);
        (_waiting, _length) = (null, 0);
    }

    private void CountUpToLastCut(Span<char> waiting)
    {
        var cut = waiting.Length - 1;
        while (cut > 0 && !O200kPieces.IsCut(waiting, cut))
            cut--;
        // Sixteen thousand characters that nothing breaks: cut anywhere, though never inside a surrogate pair.
        if (cut == 0)
            cut = char.IsHighSurrogate(waiting[^1]) ? waiting.Length - 1 : waiting.Length;
        _counted += counter.CountText(waiting[..cut], family);
        waiting[cut..].CopyTo(waiting);
        _length = waiting.Length - cut;
    }
}
