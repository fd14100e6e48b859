namespace Orchestrator.Providers;

/// <summary>A model in GigaChat's list. Immutable.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Type">What it is for: <c>chat</c>, <c>embedder</c>, <c>filter</c>, <c>aicheck</c>; empty when unknown.</param>
public sealed record GigaChatModel(string Id, string Type)
{
    /// <summary>Whether it is a chat model. Old lists have no types; then every model counts.</summary>
    public bool IsChat => Type.Length == 0 || Type.Equals("chat", StringComparison.OrdinalIgnoreCase);
}
