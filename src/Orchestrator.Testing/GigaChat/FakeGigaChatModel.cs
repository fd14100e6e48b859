namespace Orchestrator.Testing;

/// <summary>A model in the list of a fake GigaChat. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is for: <c>chat</c>, <c>embedder</c>, <c>filter</c>.</param>
/// <param name="Version">What follows its name in answers, behind a colon.</param>
public sealed record FakeGigaChatModel(string Name, string Type = "chat", string Version = "2.0.28.2");
