namespace Orchestrator.Providers;

/// <summary>How a server frames the events of a stream.</summary>
internal enum StreamFraming
{
    /// <summary>Server-sent events: <c>data:</c> lines.</summary>
    ServerSentEvents,

    /// <summary>One JSON value a line.</summary>
    JsonLines,
}
