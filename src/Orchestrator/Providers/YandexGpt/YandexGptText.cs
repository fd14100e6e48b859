using System.Globalization;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// The text so far, which every line repeats. Kept as the bytes it came in, escapes and all: a line that begins with the same bytes brings
/// only what follows them, and only that becomes a string.
/// </summary>
internal sealed class YandexGptText
{
    private const int EscapeLength = 6;

    private byte[] _raw = [];
    private int _length;
    private string? _decoded;

    /// <summary>Whether the last line held another text than the one begun.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The text of the last line that held another than the one begun.</summary>
    public string Replacement { get; private set; } = "";

    /// <summary>What is new in the text of a line; empty for nothing.</summary>
    /// <param name="raw">The text of the line, as it stands between its quotes.</param>
    /// <param name="isLast">Whether it is the whole answer.</param>
    public string Take(ReadOnlySpan<byte> raw, bool isLast)
    {
        if (raw.IsEmpty)
            return "";
        // A line that ends within a character was repaired or cannot be read; its end comes whole with the next.
        if (!isLast)
            raw = raw[..^HalfAtEnd(raw)];
        if (raw.StartsWith(_raw.AsSpan(0, _length)))
        {
            IsReplaced = false;
            var piece = Decode(raw[_length..]);
            Keep(raw);
            return piece;
        }

        return TakeOther(raw);
    }

    /// <summary>The text was taken back and nothing put in its place.</summary>
    public void Withdraw() => (IsReplaced, Replacement) = (IsReplaced || _length > 0, "");

    public bool StartsWith(string text) => Decoded.StartsWith(text, StringComparison.Ordinal);

    private string Decoded => _decoded ??= Decode(_raw.AsSpan(0, _length));

    /// <summary>Other bytes: the same text in other escapes, or another text.</summary>
    private string TakeOther(ReadOnlySpan<byte> raw)
    {
        var (text, said) = (Decode(raw), Decoded);
        if (text.StartsWith(said, StringComparison.Ordinal))
        {
            IsReplaced = false;
            _length = 0;
            Keep(raw);
            return text[said.Length..];
        }

        // Another text than the one begun: the filter has put its own in place. What was said cannot be taken back, and the new text after
        // it would be garbage, so nothing is said any more. Less of the same is no other text when only white space went.
        IsReplaced = !(said.StartsWith(text, StringComparison.Ordinal) && string.IsNullOrWhiteSpace(said[text.Length..]));
        Replacement = text;
        return "";
    }

    private void Keep(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > _raw.Length)
            Array.Resize(ref _raw, Math.Max(raw.Length, 2 * _raw.Length));
        raw[_length..].CopyTo(_raw.AsSpan(_length));
        (_length, _decoded) = (raw.Length, null);
    }

    private static string Decode(ReadOnlySpan<byte> raw) => BrokenText.Repaired(raw, raw.Contains((byte)'\\'));

    /// <summary>How many bytes at the end are half a character, or the sign that stands for a broken one.</summary>
    private static int HalfAtEnd(ReadOnlySpan<byte> raw)
    {
        if (raw.Length >= EscapeLength && raw[^EscapeLength..] is [(byte)'\\', (byte)'u', .. var digits]
            && raw[..^(EscapeLength - 1)].Length - raw[..^(EscapeLength - 1)].TrimEnd((byte)'\\').Length is var slashes && slashes % 2 == 1
            && ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            return char.IsHighSurrogate((char)unit) || unit == '\uFFFD' ? EscapeLength : 0;
        }

        return Rune.DecodeLastFromUtf8(raw, out var last, out var used) != System.Buffers.OperationStatus.Done
            || last == Rune.ReplacementChar
            ? used
            : 0;
    }
}
