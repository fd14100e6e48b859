namespace Orchestrator.Providers;

/// <summary>Bounds on what a server can make the process hold in memory. More is <see cref="LlmErrorKind.MalformedResponse"/>.</summary>
internal static class HttpCaps
{
    /// <summary>A buffered body, and the bytes of a stream besides its share of answer text: 16 MiB, after decompression.</summary>
    public const int Body = 16 * 1024 * 1024;

    /// <summary>One line of a stream: 4 MiB. A tool call with a document in it fits; a line without end does not.</summary>
    public const int Line = 4 * 1024 * 1024;

    /// <summary>Events of one stream. The longest answers have some 100,000 tokens, one event each.</summary>
    public const int Events = 1_000_000;

    /// <summary>All bytes of one stream: 256 MiB, after decompression.</summary>
    public const long Stream = 256L * 1024 * 1024;

    /// <summary>Nesting of JSON: the reader's own default.</summary>
    public const int Depth = 64;

    /// <summary>How much of an error body is read: enough for any JSON error, not for a web page.</summary>
    public const int ErrorBody = 64 * 1024;

    /// <summary>How much of an error's text goes into a message.</summary>
    public const int Excerpt = 300;
}
