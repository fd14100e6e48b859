namespace Orchestrator.Testing;

/// <summary>Ways to write the same server-sent events.</summary>
[Flags]
public enum SseForm
{
    /// <summary>LF line ends, a space after the colon, a blank line after each event.</summary>
    Usual = 0,

    /// <summary>CR LF line ends.</summary>
    Crlf = 1,

    /// <summary>No space after <c>data:</c>.</summary>
    NoSpace = 2,

    /// <summary>A comment before each event.</summary>
    Comments = 4,

    /// <summary>No blank lines between events.</summary>
    NoBlankLines = 8,

    /// <summary>Nothing after the last event, not even the end of its line.</summary>
    NoLastLineEnd = 16,

    /// <summary><c>event:</c>, <c>id:</c> and <c>retry:</c> fields before each event.</summary>
    OtherFields = 32,

    /// <summary>A byte order mark first.</summary>
    ByteOrderMark = 64,

    /// <summary>CR line ends.</summary>
    Cr = 128,
}
