namespace Orchestrator.DependencyInjection;

/// <summary>What more than one place has to say.</summary>
internal static class Messages
{
    public static string SameName(string name, string first, string second) => first == second
        ? $"{first}: two providers are called \"{name}\". The same provider was added twice: is AddLlmRouter called twice with this " +
            "section?"
        : $"{first} and {second}: both providers are called \"{name}\". Names must differ; rename one.";
}
