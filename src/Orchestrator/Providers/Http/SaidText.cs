using System.Buffers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>A server's words as they are compared: folded, in every way in which they may be read.</summary>
internal sealed class SaidText : IDisposable
{
    private const int Probe = 12;

    // Most words have two readings at most; many more are made to be many.
    private const int MostReadings = 6;
    private const int MostWork = 48;
    private const int Spare = 1024;

    private readonly string _source;
    private readonly SaidUnits _units;
    private readonly List<Range> _opaque;
    // For each character the mark that stands in its place, from one; zero for none.
    private readonly byte[] _cut;
    private readonly List<string> _marks = [];

    /// <param name="source">The words, at most 65,535 characters.</param>
    public SaidText(string source)
    {
        _source = source;
        _cut = new byte[source.Length];
        _units = new SaidUnits((source.Length * MostReadings) + Spare);
        var readings = new SaidReadings(_units, (source.Length * MostWork) + Spare);
        var from = ArrayPool<int>.Shared.Rent(source.Length + 1);
        for (var i = 0; i <= source.Length; i++)
            from[i] = i;
        readings.Read(source, from.AsSpan(0, source.Length + 1), null, 0);
        ArrayPool<int>.Shared.Return(from);
        _opaque = readings.Opaque;
    }

    /// <summary>Whether all readings could be compared.</summary>
    public bool IsComparable => !_units.IsFull;

    /// <summary>The letters of all readings.</summary>
    public ReadOnlySpan<char> Units => _units.Units;

    /// <summary>Cuts the pieces that were found.</summary>
    /// <param name="grams">The pieces.</param>
    /// <param name="mark">What stands in their place.</param>
    /// <param name="isHarmless">Whether a whole stretch may stay after all; null for none.</param>
    public void Cut(Grams grams, string mark, Func<ReadOnlySpan<char>, bool>? isHarmless)
    {
        var marks = ArrayPool<bool>.Shared.Rent(Units.Length);
        var marked = marks.AsSpan(0, Units.Length);
        marked.Clear();
        grams.Mark(Units, marked);
        for (var at = marked.IndexOf(true); at >= 0 && at < marked.Length;)
        {
            var run = marked[at..].IndexOf(false) is >= 0 and var length ? length : marked.Length - at;
            if (isHarmless?.Invoke(Units.Slice(at, run)) != true)
                Cut(at, run, mark);
            var next = marked[(at + run)..].IndexOf(true);
            at = next < 0 ? marked.Length : at + run + next;
        }

        ArrayPool<bool>.Shared.Return(marks);
    }

    /// <summary>Cuts a piece wherever it stands.</summary>
    public void CutWhole(ReadOnlySpan<char> units, string mark)
    {
        for (var from = 0; Units[from..].IndexOf(units) is >= 0 and var at; from += at + units.Length)
            Cut(from + at, units.Length, mark);
    }

    /// <summary>Cuts a piece where it stands as words of their own, or is all that some bytes stand for.</summary>
    public void CutWords(ReadOnlySpan<char> units, string mark)
    {
        for (var from = 0; Units[from..].IndexOf(units) is >= 0 and var at; from += at + 1)
        {
            if (_units.AreWords(from + at, units.Length))
                Cut(from + at, units.Length, mark);
        }
    }

    /// <summary>Cuts what is long and encoded in a way that is not known: it may be anything, and tells a reader nothing.</summary>
    public void CutOpaque(string mark)
    {
        foreach (var range in _opaque)
            _cut.AsSpan(range).Fill(Number(mark));
    }

    /// <summary>Cuts a text of which nothing is left when it is folded.</summary>
    public void CutPlain(string text, string mark)
    {
        for (var from = 0; _source.IndexOf(text, from, StringComparison.Ordinal) is >= 0 and var at; from = at + text.Length)
            _cut.AsSpan(at, text.Length).Fill(Number(mark));
    }

    /// <summary>Cuts pieces that stand for bytes which were sent, such as those of an image.</summary>
    /// <param name="sent">The bytes.</param>
    /// <param name="work">How many bytes may still be looked at; when they are used up, all that may be bytes is cut.</param>
    /// <param name="mark">What stands in their place.</param>
    public void CutBytes(IReadOnlyList<ReadOnlyMemory<byte>> sent, long work, string mark)
    {
        if (sent.Count == 0)
            return;
        for (var at = 0; SaidBytes.TryNext(_source, ref at, out var end); at = end)
        {
            var view = new SaidView(end - at);
            for (var skipped = 0; skipped < 4; skipped++)
            {
                view.Clear();
                SaidBytes.Decode(_source.AsSpan(at, end - at), skipped, ref view);
                if (IsIn(Encoding.Latin1.GetBytes(view.Text.ToArray()), sent, ref work))
                    _cut.AsSpan(at, AfterPadding(end) - at).Fill(Number(mark));
            }

            view.Dispose();
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

    public void Dispose() => _units.Dispose();

    // Begin, middle and end: around the bytes may stand letters that are none.
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
        var (begin, end) = (_units.SourceOf(at, count).Start.Value, _units.SourceOf(at, count).End.Value);
        _cut.AsSpan(begin, AfterPadding(end) - begin).Fill(Number(mark));
    }

    // The padding of base64.
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
