namespace Orchestrator.Fuzz;

/// <summary>Where a JSON value stands in the bytes.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte after its last.</param>
/// <param name="Field">The first byte of its name's quote; negative when it has no name.</param>
internal readonly record struct JsonSpan(int Start, int End, int Field)
{
    /// <summary>Where the name begins, or the value when it has none.</summary>
    public int From => Field >= 0 ? Field : Start;
}

/// <summary>Finds JSON values in any bytes, however broken: what looks like one is one. No reader of the library is used.</summary>
internal sealed class JsonSpans
{
    private readonly Stack<(int Start, int Field)> _open = new();

    public List<JsonSpan> Found { get; } = [];

    public List<JsonSpan> Scan(ReadOnlySpan<byte> bytes)
    {
        Found.Clear();
        _open.Clear();
        var field = -1;
        for (var i = 0; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)'"':
                    var end = EndOfString(bytes, i);
                    if (end < bytes.Length && bytes[end] == ':' && field < 0)
                        field = i;
                    else
                        Add(i, end, ref field);
                    i = Math.Max(end - 1, i);
                    break;
                case (byte)'{' or (byte)'[':
                    _open.Push((i, field));
                    field = -1;
                    break;
                case (byte)'}' or (byte)']':
                    if (_open.TryPop(out var open))
                        Found.Add(new JsonSpan(open.Start, i + 1, open.Field));
                    field = -1;
                    break;
                case (byte)',' or (byte)'\n' or (byte)'\r':
                    field = -1;
                    break;
                case var c when _open.Count > 0 && (char.IsAsciiLetterOrDigit((char)c) || c == '-'):
                    var start = i;
                    while (i + 1 < bytes.Length
                        && (char.IsAsciiLetterOrDigit((char)bytes[i + 1]) || bytes[i + 1] is (byte)'.' or (byte)'-' or (byte)'+'))
                        i++;
                    Add(start, i + 1, ref field);
                    break;
            }
        }

        return Found;
    }

    private void Add(int start, int end, ref int field)
    {
        Found.Add(new JsonSpan(start, end, field));
        field = -1;
    }

    private static int EndOfString(ReadOnlySpan<byte> bytes, int quote)
    {
        for (var i = quote + 1; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '"')
                return i + 1;
        }

        return bytes.Length;
    }
}
