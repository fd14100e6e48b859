using System.Buffers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>A server's text, the letters of all its decodings, and the parts that are to be cut out of it because the request or a
/// credential has them too.</summary>
internal sealed class ServerText : IDisposable
{
    private const int Probe = 12;

    // Most texts have two decodings at most. A text with many more was built to have them.
    private const int MostDecodings = 6;
    private const int MostWork = 48;
    private const int Spare = 1024;

    private readonly string _source;
    private readonly DecodedLetters _letters;
    private readonly List<Range> _opaque;
    // For each character the number of the mark that replaces it, from one; zero for a character that stays.
    private readonly byte[] _cut;
    private readonly List<string> _marks = [];

    /// <param name="source">The text, at most 65,535 characters.</param>
    public ServerText(string source)
    {
        _source = source;
        _cut = new byte[source.Length];
        _letters = new DecodedLetters((source.Length * MostDecodings) + Spare);
        var decoder = new ServerTextDecoder(_letters, (source.Length * MostWork) + Spare);
        var from = ArrayPool<int>.Shared.Rent(source.Length + 1);
        for (var i = 0; i <= source.Length; i++)
            from[i] = i;
        decoder.Read(source, from.AsSpan(0, source.Length + 1), null, 0);
        ArrayPool<int>.Shared.Return(from);
        _opaque = decoder.Opaque;
    }

    /// <summary>Whether the bounds allowed all decodings; if not, no part of the text may be shown.</summary>
    public bool IsComparable => !_letters.IsFull;

    /// <summary>The letters of all decodings.</summary>
    public ReadOnlySpan<char> Letters => _letters.Letters;

    /// <summary>Cuts the pieces that were found in the request.</summary>
    /// <param name="grams">The pieces.</param>
    /// <param name="mark">The mark that replaces them.</param>
    /// <param name="isHarmless">Whether a run of found letters may stay; null when none may.</param>
    public void Cut(Grams grams, string mark, Func<ReadOnlySpan<char>, bool>? isHarmless)
    {
        var marks = ArrayPool<bool>.Shared.Rent(Letters.Length);
        var marked = marks.AsSpan(0, Letters.Length);
        marked.Clear();
        grams.Mark(Letters, marked);
        for (var at = marked.IndexOf(true); at >= 0 && at < marked.Length;)
        {
            var run = marked[at..].IndexOf(false) is >= 0 and var length ? length : marked.Length - at;
            if (isHarmless?.Invoke(Letters.Slice(at, run)) != true)
                Cut(at, run, mark);
            var next = marked[(at + run)..].IndexOf(true);
            at = next < 0 ? marked.Length : at + run + next;
        }

        ArrayPool<bool>.Shared.Return(marks);
    }

    /// <summary>Cuts every occurrence of a piece.</summary>
    public void CutWhole(ReadOnlySpan<char> letters, string mark)
    {
        for (var from = 0; Letters[from..].IndexOf(letters) is >= 0 and var at; from += at + letters.Length)
            Cut(from + at, letters.Length, mark);
    }

    /// <summary>Cuts a piece where it begins and ends at word boundaries, or is the whole decoding of some bytes.</summary>
    public void CutWords(ReadOnlySpan<char> letters, string mark)
    {
        for (var from = 0; Letters[from..].IndexOf(letters) is >= 0 and var at; from += at + 1)
        {
            if (_letters.AreWords(from + at, letters.Length))
                Cut(from + at, letters.Length, mark);
        }
    }

    /// <summary>Cuts the parts that are long and encoded in an unknown way: they may hold anything, and tell a reader nothing.</summary>
    public void CutOpaque(string mark)
    {
        foreach (var range in _opaque)
            _cut.AsSpan(range).Fill(Number(mark));
    }

    /// <summary>Cuts a text that has no letters to compare, such as one of symbols alone.</summary>
    public void CutPlain(string text, string mark)
    {
        for (var from = 0; _source.IndexOf(text, from, StringComparison.Ordinal) is >= 0 and var at; from = at + text.Length)
            _cut.AsSpan(at, text.Length).Fill(Number(mark));
    }

    /// <summary>Cuts base64 of bytes that were sent, such as those of an image.</summary>
    /// <param name="sent">The bytes.</param>
    /// <param name="work">How many bytes may be compared; after that all base64 is cut.</param>
    /// <param name="mark">The mark that replaces it.</param>
    public void CutBytes(IReadOnlyList<ReadOnlyMemory<byte>> sent, long work, string mark)
    {
        if (sent.Count == 0)
            return;
        for (var at = 0; Base64Text.TryNext(_source, ref at, out var end); at = end)
        {
            var view = new DecodedText(end - at);
            for (var skipped = 0; skipped < 4; skipped++)
            {
                view.Clear();
                Base64Text.Decode(_source.AsSpan(at, end - at), skipped, ref view);
                if (IsIn(Encoding.Latin1.GetBytes(view.Text.ToArray()), sent, ref work))
                    _cut.AsSpan(at, AfterPadding(end) - at).Fill(Number(mark));
            }

            view.Dispose();
        }
    }

    /// <summary>Cuts the end: a piece of the request may begin there and continue after it.</summary>
    public void CutEnd(int length, string mark) => _cut.AsSpan(Math.Max(0, _cut.Length - length)).Fill(Number(mark));

    public override string ToString()
    {
        if (!_cut.AsSpan().ContainsAnyExcept((byte)0))
            return _source;
        var rest = new StringBuilder(_source.Length);
        for (var i = 0; i < _source.Length; i++)
        {
            if (_cut[i] == 0)
                rest.Append(_source[i]);
            else if (i == 0 || _cut[i - 1] != _cut[i])
                rest.Append(_marks[_cut[i] - 1]);
        }

        return rest.ToString();
    }

    public void Dispose() => _letters.Dispose();

    // Compares three short probes: the run may have other letters before and after the base64.
    private static bool IsIn(ReadOnlySpan<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> sent, ref long work)
    {
        if (bytes.Length < Probe)
            return false;
        foreach (var image in sent)
        {
            foreach (var at in (ReadOnlySpan<int>)[0, (bytes.Length - Probe) / 2, bytes.Length - Probe])
            {
                work -= image.Length;
                if (work < 0 || image.Span.IndexOf(bytes.Slice(at, Probe)) >= 0)
                    return true;
            }
        }

        return false;
    }

    private void Cut(int at, int count, string mark)
    {
        var (begin, end) = (_letters.SourceOf(at, count).Start.Value, _letters.SourceOf(at, count).End.Value);
        _cut.AsSpan(begin, AfterPadding(end) - begin).Fill(Number(mark));
    }

    // Includes the padding of base64.
    private int AfterPadding(int end)
    {
        while (end < _source.Length && _source[end] == '=')
            end++;
        return end;
    }

    private byte Number(string mark)
    {
        if (!_marks.Contains(mark))
            _marks.Add(mark);
        return (byte)(_marks.IndexOf(mark) + 1);
    }
}
