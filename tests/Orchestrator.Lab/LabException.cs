namespace Orchestrator.Lab;

/// <summary>The run cannot go on; the message is all there is to say.</summary>
internal sealed class LabException(string message) : Exception(message);
