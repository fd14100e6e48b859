using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>The lines of an event whose object takes several.</summary>
internal sealed class EventLines
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Whether an event has begun and not ended.</summary>
    public bool HasAny { get; private set; }

    /// <summary>Whether an object is whole. Equal numbers of braces show it for nearly every object; where texts hold braces, it is looked
    /// at byte by byte.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> data) =>
        (data is [.., (byte)'}'] && data.Count((byte)'{') == data.Count((byte)'}')) || IsClosed(data);

    /// <summary>Adds a line.</summary>
    /// <param name="line">The line's data.</param>
    /// <param name="data">The event's, when it is whole; valid until the next line.</param>
    /// <returns>Whether it is whole.</returns>
    public bool Add(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> data)
    {
        if (!HasAny)
            _bytes.ResetWrittenCount();
        HasAny = true;
        if (_bytes.WrittenCount + line.Length > HttpCaps.Line)
            throw LineReader.TooLarge($"an event of more than {HttpCaps.Line >> 20} MiB");
        if (_bytes.WrittenCount > 0)
            _bytes.Write("\n"u8);
        _bytes.Write(line);
        data = _bytes.WrittenSpan;
        HasAny = !IsClosed(data);
        return !HasAny;
    }

    /// <summary>The event has ended.</summary>
    public bool TryEnd(out ReadOnlySpan<byte> data)
    {
        data = _bytes.WrittenSpan;
        var hadAny = HasAny;
        HasAny = false;
        return hadAny;
    }

    private static bool IsClosed(ReadOnlySpan<byte> data)
    {
        var (depth, isText) = (0, false);
        for (var i = 0; i < data.Length; i++)
        {
            switch (data[i])
            {
                case (byte)'\\' when isText:
                    i++;
                    break;
                case (byte)'"':
                    isText = !isText;
                    break;
                case (byte)'{' or (byte)'[' when !isText:
                    depth++;
                    break;
                case (byte)'}' or (byte)']' when !isText:
                    depth--;
                    break;
            }
        }

        return depth <= 0 && !isText;
    }
}
