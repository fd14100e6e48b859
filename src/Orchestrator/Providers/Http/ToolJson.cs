using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Converts arguments and results of tools between their typed form and JSON.</summary>
internal static class ToolJson
{
    // Models read these texts, and an escape costs six times the tokens of its letter.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A call's arguments as JSON text.</summary>
    public static string Arguments(IDictionary<string, object?>? arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Writing))
            WriteArguments(json, arguments);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void WriteArguments(Utf8JsonWriter json, IDictionary<string, object?>? arguments)
    {
        json.WriteStartObject();
        foreach (var (name, value) in arguments ?? new Dictionary<string, object?>())
        {
            json.WritePropertyName(name);
            WriteValue(json, value);
        }

        json.WriteEndObject();
    }

    /// <summary>The functions on offer, in the shape of chat completions.</summary>
    public static void WriteFunctions(Utf8JsonWriter json, IList<AITool> tools)
    {
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WritePropertyName("function"u8);
            WriteFunction(json, tool);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>One function's name, description and parameters, under the names that all protocols share.</summary>
    /// <exception cref="LlmException">The tool is no function, or has no schema that can be written.</exception>
    public static void WriteFunction(Utf8JsonWriter json, AITool? tool)
    {
        if (tool is null)
            throw RequestFault.Of("ChatOptions.Tools holds a null; give functions only.");
        if (tool is not AIFunctionDeclaration function)
        {
            throw new LlmException(
                LlmErrorKind.NotSupported, $"ChatOptions.Tools holds a {tool.GetType().Name}; this provider knows functions only.");
        }

        json.WriteStartObject();
        json.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
            json.WriteString("description"u8, function.Description);
        json.WritePropertyName("parameters"u8);
        RequestJson.WriteSchema(json, function, static f => f.JsonSchema, "The JSON schema of a function in ChatOptions.Tools");
        json.WriteEndObject();
    }

    /// <summary>A tool's result as the text the model reads.</summary>
    public static string Text(object? result)
    {
        switch (result)
        {
            case null:
                return "";
            case string text:
                return text;
            case JsonElement { ValueKind: JsonValueKind.String } element:
                return element.GetString()!;
            default:
                var buffer = new ArrayBufferWriter<byte>();
                using (var json = new Utf8JsonWriter(buffer, Writing))
                    WriteValue(json, result);
                return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    /// <summary>The current object, as JSON text. Invalid characters are replaced, as in all other texts.</summary>
    public static string Raw(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(document.RootElement));
    }

    /// <summary>A call with its JSON arguments. Arguments that are no JSON object are reported in the call's exception.</summary>
    public static FunctionCallContent Call(string id, string name, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
            return new FunctionCallContent(id, name, new Dictionary<string, object?>());
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new FunctionCallContent(id, name, document.RootElement.EnumerateObject()
                    .GroupBy(p => p.Name)
                    .ToDictionary(g => g.Key, g => (object?)g.Last().Value.Clone()));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new FunctionCallContent(id, name) { Exception = error };
        }

        return new FunctionCallContent(id, name) { Exception = new JsonException("The arguments of the call are no JSON object.") };
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        try
        {
            WriteAny(json, value);
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, $"An argument or a result of a function, of type {value?.GetType().FullName},");
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
