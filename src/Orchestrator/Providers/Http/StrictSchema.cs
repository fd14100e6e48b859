using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The promise that an answer follows its schema, asked for by the keys that Microsoft.Extensions.AI.OpenAI reads:
/// <c>strict</c> and <c>strictJsonSchema</c> of a tool or of the options.</summary>
/// <remarks>A strict schema lists all its properties as required and allows no others; the schemas of .NET functions are rewritten
/// so.</remarks>
internal static class StrictSchema
{
    private static readonly string[] Keys = ["strict", "strictJsonSchema"];

    private static readonly AIJsonSchemaTransformCache Strict = new(new AIJsonSchemaTransformOptions
    {
        ConvertBooleanSchemas = true,
        DisallowAdditionalProperties = true,
        MoveDefaultKeywordToDescription = true,
        RequireAllProperties = true,
    });

    /// <summary>Whether a property of the options is this key, which is no field of the body.</summary>
    public static bool IsKey(string name) => Array.IndexOf(Keys, name) >= 0;

    /// <summary>What a tool asks for, else what the options ask for; null for neither.</summary>
    public static bool? Of(IReadOnlyDictionary<string, object?>? tool, AdditionalPropertiesDictionary? options) => Of(tool) ?? Of(options);

    public static JsonElement SchemaOf(AIFunctionDeclaration function) => Strict.GetOrCreateTransformedSchema(function);

    public static JsonElement SchemaOf(ChatResponseFormatJson format) => Strict.GetOrCreateTransformedSchema(format) ?? default;

    private static bool? Of(IReadOnlyDictionary<string, object?>? properties)
    {
        if (properties is null || properties.Count == 0)
            return null;
        foreach (var key in Keys)
        {
            if (properties.TryGetValue(key, out var value) && Truth(value) is { } truth)
                return truth;
        }

        return null;
    }

    private static bool? Truth(object? value) => value switch
    {
        bool truth => truth,
        JsonElement { ValueKind: JsonValueKind.True } => true,
        JsonElement { ValueKind: JsonValueKind.False } => false,
        string text when bool.TryParse(text, out var truth) => truth,
        _ => null,
    };
}
