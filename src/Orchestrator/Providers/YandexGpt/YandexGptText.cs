using System.Globalization;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// The text so far, which every line repeats. It is kept as raw bytes with their escapes: if a line begins with the same bytes, only the
/// rest is new and becomes a string.
/// </summary>
internal sealed class YandexGptText
{
    private const int EscapeLength = 6;

    private byte[] _raw = [];
    private int _length;
    private string? _decoded;

    /// <summary>Whether the last line had a text that does not continue the one before.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The text of that line.</summary>
    public string Replacement { get; private set; } = "";

    /// <summary>The new part of a line's text; empty for none.</summary>
    /// <param name="raw">The raw text of the line, between its quotes.</param>
    /// <param name="isLast">Whether it is the whole answer.</param>
    public string Take(ReadOnlySpan<byte> raw, bool isLast)
    {
        if (raw.IsEmpty)
            return "";
        // A line that ends within a character was repaired or is unreadable; the next line has the character complete.
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

    /// <summary>The text was withdrawn and not replaced.</summary>
    public void Withdraw() => (IsReplaced, Replacement) = (IsReplaced || _length > 0, "");

    public bool StartsWith(string text) => Decoded.StartsWith(text, StringComparison.Ordinal);

    private string Decoded => _decoded ??= Decode(_raw.AsSpan(0, _length));

    /// <summary>The bytes differ: the same text with other escapes, or a different text.</summary>
    private string TakeOther(ReadOnlySpan<byte> raw)
    {
        var (text, before) = (Decode(raw), Decoded);
        if (text.StartsWith(before, StringComparison.Ordinal))
        {
            IsReplaced = false;
            _length = 0;
            Keep(raw);
            return text[before.Length..];
        }

        // A different text: the content filter has replaced it. Text that was handed out cannot be withdrawn, and the new text after it
        // would make no sense, so nothing more is handed out. A text that only lost white space at its end is not a different one.
        IsReplaced = !(before.StartsWith(text, StringComparison.Ordinal) && string.IsNullOrWhiteSpace(before[text.Length..]));
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

    /// <summary>How many bytes at the end are an incomplete character, or the replacement character.</summary>
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
