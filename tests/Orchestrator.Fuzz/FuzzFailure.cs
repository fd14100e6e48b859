namespace Orchestrator.Fuzz;

/// <summary>A reader did what it must not. The message says what, without what differs from input to input.</summary>
internal sealed class FuzzFailure(string message) : Exception(message);
