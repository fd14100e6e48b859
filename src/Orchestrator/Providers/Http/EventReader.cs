namespace Orchestrator.Providers;

/// <summary>
/// Finds the events in the lines of a stream. Every protocol here sends one-line JSON, so each <c>data:</c> line is an event: the blank
/// line between two of them, and after the last, may be missing. Comments and unknown fields are skipped.
/// </summary>
internal struct EventReader(StreamFraming framing)
{
    private bool _isError;
    private bool _isErrorLine;

    /// <summary>Whether the event just found was named <c>error</c>.</summary>
    public readonly bool IsError => _isError || _isErrorLine;

    /// <summary>Takes the event out of a line. False when the line holds none.</summary>
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
            // Not a field of SSE: old versions of llama.cpp report errors so.
            data = line["error:"u8.Length..].Trim(" \t"u8);
            _isErrorLine = data.Length > 0;
            return _isErrorLine;
        }

        if (line.StartsWith("event:"u8))
        {
            _isError = line["event:"u8.Length..].Trim(" \t"u8).SequenceEqual("error"u8);
            return false;
        }

        // A bare JSON object where an event should be is how some servers report an error under status 200.
        return data.StartsWith("{"u8);
    }
}
