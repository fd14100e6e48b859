namespace Orchestrator.Providers;

/// <summary>
/// Finds the events in the lines of a stream. Nearly all servers send JSON in one line, so a <c>data:</c> line with a whole object is an
/// event, and the blank line after it may be missing. An object that goes on is joined with the <c>data:</c> lines that follow, as SSE has
/// it. Comments and unknown fields are skipped.
/// </summary>
internal struct EventReader(StreamFraming framing)
{
    private bool _isError;
    private bool _isErrorLine;
    private EventLines? _begun;

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
            // An object that the event's end cuts: what it is worth, its reader says.
            return _begun is not null && _begun.TryEnd(out data);
        }

        if (data.StartsWith("data:"u8))
        {
            data = data["data:"u8.Length..].TrimStart(" \t"u8);
            if (_begun is { HasAny: true })
                return _begun.Add(data, out data);
            if (data is not [(byte)'{', ..] || EventLines.IsWhole(data))
                return data.Length > 0;
            return (_begun ??= new EventLines()).Add(data, out data);
        }

        if (data.StartsWith("error:"u8))
        {
            // Not a field of SSE, but old versions of llama.cpp report errors with it.
            data = data["error:"u8.Length..].TrimStart(" \t"u8);
            _isErrorLine = data.Length > 0;
            return _isErrorLine;
        }

        if (data.StartsWith("event:"u8))
        {
            _isError = data["event:"u8.Length..].TrimStart(" \t"u8).SequenceEqual("error"u8);
            return false;
        }

        // Some servers report an error under status 200 as a bare JSON object in place of an event.
        return data.StartsWith("{"u8);
    }
}
