namespace Orchestrator.Providers;

/// <summary>What happens to an event of a stream that cannot be read.</summary>
public enum MalformedEventAction
{
    /// <summary>In a live stream that has given text, one is skipped and a second ends the stream; anywhere else the attempt fails. The
    /// default.</summary>
    SkipOne,

    /// <summary>The attempt fails at the first.</summary>
    Throw,
}
