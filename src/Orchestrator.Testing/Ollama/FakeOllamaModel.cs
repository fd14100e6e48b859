namespace Orchestrator.Testing;

/// <summary>A model that a fake Ollama has.</summary>
/// <param name="Name">Its name, with or without a tag.</param>
public sealed record FakeOllamaModel(string Name)
{
    /// <summary>The context length the model was made for.</summary>
    /// <value>131,072.</value>
    public int ContextLength { get; init; } = 131_072;

    /// <summary>What it can do: <c>completion</c>, <c>tools</c>, <c>vision</c>, <c>thinking</c>, <c>embedding</c>.</summary>
    /// <value>Completion and tools.</value>
    public IReadOnlyList<string> Capabilities { get; init; } = ["completion", "tools"];

    /// <summary>Its architecture, which begins the names of its facts.</summary>
    /// <value><c>llama</c>.</value>
    public string Family { get; init; } = "llama";

    /// <summary>Its size in words.</summary>
    /// <value><c>3.2B</c>.</value>
    public string ParameterSize { get; init; } = "3.2B";

    internal string FullName => Tagged(Name);

    internal static string Tagged(string name) => name.Contains(':', StringComparison.Ordinal) ? name : $"{name}:latest";
}
