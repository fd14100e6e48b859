namespace Orchestrator.DependencyInjection;

/// <summary>Messages that several places use.</summary>
internal static class Messages
{
    public static string SameName(string first, string second) => first == second
        ? $"{first}: two providers have the same name. The same provider was added twice: is AddLlmRouter called twice with this " +
            "section?"
        : $"{first} and {second}: both providers have the same name. Names must differ; rename one.";
}
