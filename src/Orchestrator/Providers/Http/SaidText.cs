using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>A server's words as they are compared: without escapes, folded, and what its pieces in base64 or hexadecimal stand for.</summary>
internal sealed class SaidText
{
    private const int ShortestRun = 16;
    private const int Probe = 12;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");

    private readonly string _source;
    private readonly List<Layer> _layers = [];
    // For each character the mark that stands in its place, from one; zero for none.
    private readonly byte[] _cut;
    private readonly List<string> _marks = [];

    /// <param name="source">The words, at most 65,535 characters.</param>
    public SaidText(string source)
    {
        _source = source;
        _cut = new byte[source.Length];
        // What is needed only here comes from the pool: an error must not cost many times its length.
        var text = ArrayPool<char>.Shared.Rent(source.Length);
        var from = ArrayPool<int>.Shared.Rent(source.Length + 1);
        source.CopyTo(text);
        for (var i = 0; i <= source.Length; i++)
            from[i] = i;
        var length = Escapes.Undo(text.AsSpan(0, source.Length), from.AsSpan(0, source.Length + 1));
        var plain = text.AsSpan(0, length);
        AddLayer(plain, from.AsSpan(0, length + 1), null, null);
        ReadRuns(plain, from);
        ArrayPool<int>.Shared.Return(from);
        ArrayPool<char>.Shared.Return(text);
    }

    /// <summary>Lets the pieces be looked for.</summary>
    public void AskFor(Grams grams)
    {
        foreach (var layer in _layers)
            grams.Want(layer.Units);
    }

    /// <summary>Cuts the pieces that were found.</summary>
    /// <param name="grams">The pieces.</param>
    /// <param name="mark">What stands in their place.</param>
    /// <param name="isHarmless">Whether a whole stretch may stay after all; null for none.</param>
    public void Cut(Grams grams, string mark, Func<ReadOnlySpan<char>, bool>? isHarmless)
    {
        foreach (var layer in _layers)
        {
            var marks = new bool[layer.Units.Length];
            grams.Mark(layer.Units, marks);
            for (var at = marks.AsSpan().IndexOf(true); at >= 0 && at < marks.Length;)
            {
                var run = marks.AsSpan(at).IndexOf(false) is >= 0 and var length ? length : marks.Length - at;
                if (isHarmless?.Invoke(layer.Units.AsSpan(at, run)) != true)
                    Cut(layer, at, run, mark);
                var next = marks.AsSpan(at + run).IndexOf(true);
                at = next < 0 ? marks.Length : at + run + next;
            }
        }
    }

    /// <summary>Cuts a piece wherever it stands.</summary>
    public void CutWhole(ReadOnlySpan<char> units, string mark)
    {
        foreach (var layer in _layers)
        {
            for (var from = 0; layer.Units.AsSpan(from).IndexOf(units) is >= 0 and var at; from += at + units.Length)
                Cut(layer, from + at, units.Length, mark);
        }
    }

    /// <summary>Cuts a piece where it stands as words of their own, or is all that some bytes stand for.</summary>
    public void CutWords(ReadOnlySpan<char> units, string mark)
    {
        foreach (var layer in _layers)
        {
            if (layer.Whole is not null)
            {
                if (units.SequenceEqual(layer.Units))
                    Cut(layer, 0, 0, mark);
                continue;
            }

            for (var from = 0; layer.Units.AsSpan(from).IndexOf(units) is >= 0 and var found; from += found + 1)
            {
                var (at, end) = (from + found, from + found + units.Length);
                if (layer.IsBegin[at] && (end == layer.Units.Length || layer.IsBegin[end]))
                    Cut(layer, at, units.Length, mark);
            }
        }
    }

    /// <summary>Cuts a text of which nothing is left when it is folded.</summary>
    public void CutPlain(string text, string mark)
    {
        for (var at = _source.IndexOf(text, StringComparison.Ordinal); at >= 0; at = _source.IndexOf(text, at + text.Length, StringComparison.Ordinal))
            _cut.AsSpan(at, text.Length).Fill(Number(mark));
    }

    /// <summary>Cuts pieces that stand for bytes which were sent, such as those of an image.</summary>
    /// <param name="sent">The bytes.</param>
    /// <param name="work">How many bytes may still be looked at; when they are used up, all that may be bytes is cut.</param>
    /// <param name="mark">What stands in their place.</param>
    public void CutBytes(ReadOnlySpan<byte> sent, ref long work, string mark)
    {
        foreach (var layer in _layers)
        {
            if (layer.Bytes is not { Length: >= Probe } bytes || !IsIn(bytes, sent, ref work))
                continue;
            Cut(layer, 0, 0, mark);
        }
    }

    /// <summary>Cuts the end, where a piece may begin that goes on behind it.</summary>
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

    // Begin, middle and end: around the bytes may stand letters that are none.
    private static bool IsIn(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> sent, ref long work)
    {
        foreach (var at in (ReadOnlySpan<int>)[0, (bytes.Length - Probe) / 2, bytes.Length - Probe])
        {
            work -= sent.Length;
            if (work < 0 || sent.IndexOf(bytes.Slice(at, Probe)) >= 0)
                return true;
        }

        return false;
    }

    private void Cut(Layer layer, int at, int count, string mark)
    {
        var (begin, end) = layer.Whole is { } whole ? (whole.Start.Value, whole.End.Value) : (layer.Starts[at], layer.Ends[at + count - 1]);
        // The padding of base64.
        while (end < _source.Length && _source[end] == '=')
            end++;
        _cut.AsSpan(begin, end - begin).Fill(Number(mark));
    }

    private byte Number(string mark)
    {
        if (!_marks.Contains(mark))
            _marks.Add(mark);
        return (byte)(_marks.IndexOf(mark) + 1);
    }

    private void AddLayer(ReadOnlySpan<char> plain, ReadOnlySpan<int> from, Range? whole, byte[]? bytes)
    {
        var units = ArrayPool<char>.Shared.Rent(plain.Length * 2);
        var places = whole is null ? ArrayPool<int>.Shared.Rent(plain.Length * 2) : [];
        var count = LetterFold.Fold(plain, units, places);
        ushort[] starts = whole is null ? new ushort[count] : [], ends = whole is null ? new ushort[count] : [];
        bool[] isBegin = whole is null ? new bool[count] : [];
        for (var i = 0; i < starts.Length; i++)
        {
            (starts[i], ends[i]) = ((ushort)from[places[i]], (ushort)from[places[i] + 1]);
            // Ideographs are written without spaces.
            isBegin[i] = places[i] == 0 || plain[places[i]] is >= '\u2E80' and <= '\uD7FF' || !char.IsLetterOrDigit(plain[places[i] - 1]) || plain[places[i] - 1] is >= '\u2E80' and <= '\uD7FF';
        }

        _layers.Add(new Layer(units.AsSpan(0, count).ToArray(), starts, ends, isBegin, whole, bytes));
        ArrayPool<char>.Shared.Return(units);
        if (places.Length > 0)
            ArrayPool<int>.Shared.Return(places);
    }

    private void ReadRuns(ReadOnlySpan<char> plain, int[] from)
    {
        for (var begin = 0; begin < plain.Length;)
        {
            var run = plain[begin..];
            run = run.IndexOfAnyExcept(Alphabet) is >= 0 and var end ? run[..end] : run;
            if (run.Length >= ShortestRun)
            {
                Range whole = from[begin]..from[begin + run.Length];
                // Where the encoded bytes begin is not known when the run is the rest of a longer one.
                for (var skipped = 0; skipped < 4; skipped++)
                    AddBytes(Base64(run[skipped..]), whole);
                for (var skipped = 0; skipped < 2; skipped++)
                    AddBytes(Hexadecimal(run[skipped..]), whole);
            }

            begin += run.Length + 1;
        }
    }

    private void AddBytes(byte[] bytes, Range whole)
    {
        if (bytes.Length == 0)
            return;
        // UTF-8 read as Latin-1 is one of the escapes that are undone.
        var text = Encoding.Latin1.GetChars(bytes);
        AddLayer(text.AsSpan(0, Escapes.Undo(text, [])), [], whole, bytes);
    }

    private static byte[] Base64(ReadOnlySpan<char> run)
    {
        run = run[..(run.Length / 4 * 4)];
        var bytes = new byte[run.Length / 4 * 3];
        return Base64Url.TryDecodeFromChars(run.ToString().Replace('+', '-').Replace('/', '_'), bytes, out var written) ? bytes[..written] : [];
    }

    private static byte[] Hexadecimal(ReadOnlySpan<char> run)
    {
        run = run[..(run.Length / 2 * 2)];
        foreach (var c in run)
        {
            if (!char.IsAsciiHexDigit(c))
                return [];
        }

        return Convert.FromHexString(run);
    }

    /// <summary>One reading of the words.</summary>
    /// <param name="Units">The folded units.</param>
    /// <param name="Starts">Where each begins in the source.</param>
    /// <param name="Ends">Where each ends there.</param>
    /// <param name="IsBegin">Whether a word may begin with it.</param>
    /// <param name="Whole">What is cut for any part of it: bytes stand for all of their run.</param>
    /// <param name="Bytes">The bytes, where it is a reading of some.</param>
    private sealed record Layer(char[] Units, ushort[] Starts, ushort[] Ends, bool[] IsBegin, Range? Whole, byte[]? Bytes);
}
