using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>The reasoning of an assistant's turn that is sent again.</summary>
internal static class OpenAiCompatibleReasoning
{
    // An empty text counts as missing.
    private const string Unknown = "(not recorded)";

    /// <summary>Fills the field that the server demands in a turn with calls whose reasoning is not known.</summary>
    public static void WriteRequired(Utf8JsonWriter json, OpenAiCompatibleDialect dialect)
    {
        if (dialect.RequiredReasoning is { } field)
            json.WriteString(field, Unknown);
    }

    /// <summary>Writes the members that the server demands of a turn's first call, where none of its own are known.</summary>
    public static void WriteRequiredMembers(Utf8JsonWriter json, OpenAiCompatibleDialect dialect)
    {
        foreach (var (name, value) in dialect.RequiredCallMembers)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }
}
