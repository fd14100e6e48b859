using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes values of the caller's own types.</summary>
internal static class JsonValues
{
    /// <summary>Writes a value.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="value">The value.</param>
    /// <param name="what">What it is in the request, for an error.</param>
    /// <exception cref="LlmException">JSON cannot hold it, such as NaN or a cycle: an invalid request.</exception>
    public static void Write(Utf8JsonWriter json, object? value, string what)
    {
        try
        {
            WriteAny(json, value);
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, $"{what}, of type {value?.GetType().FullName},");
        }
    }

    private static void WriteAny(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case JsonNode node:
                node.WriteTo(json);
                break;
            default:
                // The serializer of Microsoft.Extensions.AI handles the results of its own function invocation.
                var options = AIJsonUtilities.DefaultOptions;
                if (options.TryGetTypeInfo(value.GetType(), out var type))
                    JsonSerializer.Serialize(json, value, type);
                else
                    json.WriteStringValue(value.ToString());
                break;
        }
    }
}
