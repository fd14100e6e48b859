namespace Orchestrator.Providers;

/// <summary>
/// Finds the events in the lines of a stream. All protocols here send JSON in one line, so each <c>data:</c> line is an event; the blank
/// line after it may be missing. Comments and unknown fields are skipped.
/// </summary>
internal struct EventReader(StreamFraming framing)
{
    private bool _isError;
    private bool _isErrorLine;

    /// <summary>Whether the last event was named <c>error</c>.</summary>
    public readonly bool IsError => _isError || _isErrorLine;

    /// <summary>Reads the event of a line; false when the line holds none.</summary>
    public bool TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> data)
    {
        data = line.Trim(" \t"u8);
        _isErrorLine = false;
        if (framing == StreamFraming.JsonLines)
            return data.Length > 0;
        if (line.Length == 0)
        {
            _isError = false;
            return false;
        }

        if (line.StartsWith("data:"u8))
        {
            data = line["data:"u8.Length..].Trim(" \t"u8);
            return data.Length > 0;
        }

        if (line.StartsWith("error:"u8))
        {
            // Not a field of SSE, but old versions of llama.cpp report errors with it.
            data = line["error:"u8.Length..].Trim(" \t"u8);
            _isErrorLine = data.Length > 0;
            return _isErrorLine;
        }

        if (line.StartsWith("event:"u8))
        {
            _isError = line["event:"u8.Length..].Trim(" \t"u8).SequenceEqual("error"u8);
            return false;
        }

        // Some servers report an error under status 200 as a bare JSON object in place of an event.
        return data.StartsWith("{"u8);
    }
}
