namespace Orchestrator.Testing;

/// <summary>How an answer ends before its time.</summary>
public enum CutKind
{
    /// <summary>The connection is closed (FIN) in the middle of the body.</summary>
    Close,

    /// <summary>The connection is reset (RST).</summary>
    Reset,

    /// <summary>The body ends properly as far as HTTP can tell; only the protocol's own end mark is missing.</summary>
    Clean,

    /// <summary>Nothing more comes, and the connection stays open.</summary>
    Stall,
}
