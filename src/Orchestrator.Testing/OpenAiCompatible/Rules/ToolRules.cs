using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>Rules about the tools on offer. Each takes the vendor's words for what is wrong.</summary>
internal static partial class ToolRules
{
    /// <summary>Schemas of parameters that are no object with properties: <c>{}</c>, a bare <c>object</c>, another type.</summary>
    /// <param name="words">The words, given the function's name and what is wrong.</param>
    /// <param name="needsProperties">Whether an object without <c>properties</c> is refused as well.</param>
    public static DialectRule Objects(Func<string, BareSchema, OpenAiCompatibleError> words, bool needsProperties = true) => request =>
    {
        foreach (var function in request.Functions)
        {
            if (function.Property("parameters") is not { } schema)
                continue;
            var name = function.StringProperty("name") ?? "";
            if (schema.StringProperty("type") != "object")
                return words(name, BareSchema.NoObject);
            if (needsProperties && schema.Property("properties") is not { ValueKind: JsonValueKind.Object })
                return words(name, BareSchema.NoProperties);
        }

        return null;
    };

    /// <summary>Schemas, at any depth, that a check finds fault with.</summary>
    /// <param name="fault">What is wrong with one schema; null for nothing.</param>
    /// <param name="words">The words, given the schema's path and the fault.</param>
    public static DialectRule Schemas(Func<JsonElement, string?> fault, Func<string, string, OpenAiCompatibleError> words) => request =>
    {
        foreach (var function in request.Functions)
        {
            if (function.Property("parameters") is { } schema && Find(schema, "", fault, 0) is { } found)
                return words(found.Path, found.Fault);
        }

        return null;
    };

    public static DialectRule Names(Regex pattern, Func<int, string, OpenAiCompatibleError> words) => request =>
    {
        for (var i = 0; i < request.Functions.Count; i++)
        {
            var name = request.Functions[i].StringProperty("name") ?? "";
            if (!pattern.IsMatch(name))
                return words(i, name);
        }

        return null;
    };

    /// <summary>Two tools of one name.</summary>
    public static DialectRule Unique(Func<string, OpenAiCompatibleError> words) => request =>
        request.Functions.GroupBy(f => f.StringProperty("name") ?? "").FirstOrDefault(g => g.Count() > 1) is { } twice
            ? words(twice.Key)
            : null;

    /// <summary>Any tool at all.</summary>
    public static DialectRule None(OpenAiCompatibleError error) => request =>
        request.Body.Property("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0 ? error : null;

    /// <summary>A list of tools that is empty.</summary>
    public static DialectRule NotEmpty(OpenAiCompatibleError error) => request =>
        request.Body.Property("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() == 0 ? error : null;

    /// <summary>The names of functions that OpenAI and most others take.</summary>
    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    public static partial Regex OrdinaryName();

    private static (string Path, string Fault)? Find(JsonElement schema, string path, Func<JsonElement, string?> fault, int depth)
    {
        if (depth > 32)
            return null;
        if (fault(schema) is { } found)
            return (path, found);
        if (schema.Property("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
            {
                var under = path.Length == 0 ? $"properties.{property.Name}" : $"{path}.properties.{property.Name}";
                if (Find(property.Value, under, fault, depth + 1) is { } wrong)
                    return wrong;
            }
        }

        return schema.Property("items") is { } items ? Find(items, $"{path}.items", fault, depth + 1) : null;
    }
}

/// <summary>What a schema of parameters lacks.</summary>
internal enum BareSchema
{
    NoObject,
    NoProperties,
}
