using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>JSON as a model reads it: without white space between its parts, and with letters in place of their escapes.</summary>
internal static class JsonText
{
    // The tally counts a prefix exactly and samples the rest; beyond this length the mean of the read part is used.
    private const int LongestRead = 256 * 1024;
    private const int OnStack = 1024;

    // As Microsoft.Extensions.AI serializes values, but without line breaks, which no provider sends.
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds a value; a string without its quotes, as text.</summary>
    public static void Add(ref TokenTally tally, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Undefined)
            return;
        var raw = JsonMarshal.GetRawUtf8Value(json);
        if (json.ValueKind == JsonValueKind.String)
            Add(ref tally, raw[1..^1], isText: true);
        else
            Add(ref tally, raw, isText: false);
    }

    /// <summary>Adds any object as providers send it. An object that cannot be serialized fails later in the provider, with a better
    /// error.</summary>
    public static void Add(ref TokenTally tally, object value)
    {
        if (tally.JsonLeft == 0)
        {
            tally.AddUnreadJson(null);
            return;
        }

        var buffer = new BoundedBuffer(tally.JsonLeft);
        try
        {
            using var json = new Utf8JsonWriter(buffer, Writing);
            JsonSerializer.Serialize(json, value, Compact.GetTypeInfo(typeof(object)));
        }
        catch (BoundedBuffer.FullException)
        {
            // The buffer is full; how much more would follow is not known.
            tally.MarkRough();
            Add(ref tally, buffer.Written, isText: false, written: tally.JsonLeft);
            return;
        }
        catch (Exception e) when (e is NotSupportedException or JsonException)
        {
            tally.Add(value.ToString());
            return;
        }

        Add(ref tally, buffer.Written, isText: false, written: buffer.Written.Length);
    }

    private static void Add(ref TokenTally tally, ReadOnlySpan<byte> json, bool isText, int written = 0)
    {
        if (tally.JsonLeft == 0)
        {
            tally.AddUnreadJson(json.Length);
            return;
        }

        var read = json[..Math.Min(json.Length, Math.Min(LongestRead, tally.JsonLeft))];
        var rented = read.Length > OnStack ? ArrayPool<char>.Shared.Rent(read.Length) : null;
        var text = rented ?? stackalloc char[OnStack];
        var mark = tally.Mark();
        tally.Add(text[..Decode(read, text, isText)]);
        tally.Weigh(mark, read.IsEmpty ? 1 : (double)json.Length / read.Length);
        tally.TookJson(mark, Math.Max(read.Length, written), json.Length);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
    }

    // Never more characters than bytes.
    private static int Decode(ReadOnlySpan<byte> json, Span<char> text, bool isText)
    {
        var length = 0;
        var quoted = isText;
        for (var i = 0; i < json.Length;)
        {
            var b = json[i];
            if (b >= 0x80)
            {
                _ = Rune.DecodeFromUtf8(json[i..], out var rune, out var consumed);
                length += rune.EncodeToUtf16(text[length..]);
                i += consumed;
            }
            else if (b == '\\' && quoted && i + 1 < json.Length)
            {
                i += Unescape(json[i..], text, ref length, isText);
            }
            else
            {
                quoted ^= b == '"' && !isText;
                if (quoted || b is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                    text[length++] = (char)b;
                i++;
            }
        }

        return length;
    }

    // Characters that JSON requires to be escaped stay escaped, in the short form that all writers use.
    private static int Unescape(ReadOnlySpan<byte> escape, Span<char> text, ref int length, bool isText)
    {
        var kind = (char)escape[1];
        var (unit, read) = kind == 'u' && escape.Length >= 6 && Utf16(escape.Slice(2, 4)) is { } letter ? (letter, 6) : (kind, 2);
        if (read == 2 && isText)
            unit = kind switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => kind };
        // A control character without a short form stays unescaped: it is one token or two in both forms.
        if (!isText && (read == 2 ? kind != '/' : unit is '"' or '\\'))
            text[length++] = '\\';
        text[length++] = unit;
        return read;
    }

    private static char? Utf16(ReadOnlySpan<byte> digits) =>
        ushort.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit) ? (char)unit : null;

    /// <summary>Accepts a limited number of bytes of JSON, because the serialization of an object may be endless.</summary>
    private sealed class BoundedBuffer(int most) : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _written = new();

        public ReadOnlySpan<byte> Written => _written.WrittenSpan;

        public void Advance(int count) => _written.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => WithRoom(sizeHint).GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => WithRoom(sizeHint).GetSpan(sizeHint);

        private ArrayBufferWriter<byte> WithRoom(int more) =>
            _written.WrittenCount + (long)more <= most ? _written : throw new FullException();

        internal sealed class FullException : Exception;
    }
}
