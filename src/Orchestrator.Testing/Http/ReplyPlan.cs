namespace Orchestrator.Testing;

/// <summary>How the end of a body is told.</summary>
internal enum BodyFraming
{
    /// <summary>Chunked for streams, a length for whole bodies.</summary>
    Natural,
    Chunked,
    Length,
    UntilClose,
}

/// <summary>An answer on its way out: made by the fake, bent by faults, sent by <see cref="ReplySender"/>. For one request.</summary>
internal sealed class ReplyPlan
{
    public int Status { get; set; } = 200;

    public string? ContentType { get; set; } = "application/json";

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>The events of a stream, or one piece. Lazy, so that a body may be endless.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Body { get; set; } = [];

    /// <summary>Whether the body is sent event by event, as a model makes it.</summary>
    public bool Streamed { get; set; }

    public BodyFraming Framing { get; set; }

    public BodyCoding Coding { get; set; }

    /// <summary>What the <c>Content-Encoding</c> header says when that is not the truth.</summary>
    public string? SaidCoding { get; set; }

    public TimeSpan HeadDelay { get; set; }

    public TimeSpan EventDelay { get; set; }

    /// <summary>The size of what is written at once; 0 for an event at a time.</summary>
    public int PieceSize { get; set; }

    public TimeSpan PieceDelay { get; set; }

    /// <summary>The size of a chunk; 0 for an event in each.</summary>
    public int ChunkSize { get; set; }

    /// <summary>After how many events a pause is made, and how long it is.</summary>
    public (int Events, TimeSpan Time)? Pause { get; set; }

    public int? EventLimit { get; set; }

    public long? ByteLimit { get; set; }

    /// <summary>What happens once the body, or what the limits leave of it, is out; null for a proper end.</summary>
    public CutKind? End { get; set; }

    /// <summary>What the length header says beyond the truth.</summary>
    public long LengthError { get; set; }

    /// <summary>Raw text between status line and headers, and before the status line.</summary>
    public IEnumerable<string> Preamble { get; set; } = [];

    public IEnumerable<string> ExtraHeaderLines { get; set; } = [];

    public string? StatusLine { get; set; }

    public string? BadChunk { get; set; }

    /// <summary>Takes the connection over: no answer of the usual form.</summary>
    public Func<FaultConnection, Task>? Instead { get; set; }

    public void Whole(int status, string body, string? contentType = "application/json")
    {
        Status = status;
        ContentType = contentType;
        Body = [System.Text.Encoding.UTF8.GetBytes(body)];
        Streamed = false;
    }
}
