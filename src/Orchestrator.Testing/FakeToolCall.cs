namespace Orchestrator.Testing;

/// <summary>A tool call of a fake model.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">The arguments as a JSON object.</param>
/// <param name="Id">The call's id; <see langword="null"/> for one that is made up.</param>
public sealed record FakeToolCall(string Name, string Arguments = "{}", string? Id = null);
