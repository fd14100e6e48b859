namespace Orchestrator.Testing;

/// <summary>How a body is compressed.</summary>
public enum BodyCoding
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>Brotli.</summary>
    Brotli,

    /// <summary>zlib, which HTTP calls deflate.</summary>
    Deflate,
}
