using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Converts arguments and results of tools between their typed form and JSON.</summary>
internal static class ToolJson
{
    /// <summary>Where a call's broken arguments are kept, and their name when they are sent again.</summary>
    private const string Broken = "invalid_arguments";

    private const string Value = "An argument or a result of a function";

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

    /// <summary>A call's arguments as JSON text, also those that are broken.</summary>
    public static string Arguments(FunctionCallContent call)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Writing))
            WriteArguments(json, call);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a call's arguments as an object. Broken ones are its only text, so that the model sees its mistake: a server that
    /// parses them would refuse the whole request otherwise.</summary>
    public static void WriteArguments(Utf8JsonWriter json, FunctionCallContent call)
    {
        if (call.Arguments is not null || BrokenArguments(call) is not { } broken)
        {
            WriteArguments(json, call.Arguments);
            return;
        }

        json.WriteStartObject();
        json.WriteString(Broken, broken);
        json.WriteEndObject();
    }

    /// <summary>The text of arguments that are no JSON object; null for a call without such.</summary>
    public static string? BrokenArguments(FunctionCallContent call) =>
        call.Exception is not null && call.AdditionalProperties is { } more && more.TryGetValue(Broken, out var text)
            ? text switch
            {
                string plain => plain,
                JsonElement { ValueKind: JsonValueKind.String } element => element.GetString(),
                _ => null,
            }
            : null;

    public static void WriteArguments(Utf8JsonWriter json, IDictionary<string, object?>? arguments)
    {
        json.WriteStartObject();
        foreach (var (name, value) in arguments ?? new Dictionary<string, object?>())
        {
            json.WritePropertyName(name);
            JsonValues.Write(json, value, Value);
        }

        json.WriteEndObject();
    }

    /// <summary>The functions on offer, in the shape of chat completions.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="tools">The tools.</param>
    /// <param name="strict">Whether a function is strict; null where the protocol has no such word.</param>
    public static void WriteFunctions(Utf8JsonWriter json, IList<AITool> tools, Func<AITool, bool?>? strict = null)
    {
        json.WriteStartArray("tools"u8);
        WriteFunctionList(json, tools, strict);
        json.WriteEndArray();
    }

    /// <summary>The same without the name and the brackets around it.</summary>
    public static void WriteFunctionList(Utf8JsonWriter json, IList<AITool> tools, Func<AITool, bool?>? strict)
    {
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WritePropertyName("function"u8);
            WriteFunction(json, tool, tool is null ? null : strict?.Invoke(tool));
            json.WriteEndObject();
        }
    }

    /// <summary>One function's name, description and parameters, under the names that all protocols share.</summary>
    /// <exception cref="LlmException">The tool is no function, or has no schema that can be written.</exception>
    public static void WriteFunction(Utf8JsonWriter json, AITool? tool, bool? strict = null)
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
        try
        {
            ToolSchema.Write(json, strict is true ? StrictSchema.SchemaOf(function) : function.JsonSchema);
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, "The JSON schema of a function in ChatOptions.Tools");
        }

        if (strict is { } asked)
            json.WriteBoolean("strict"u8, asked);
        json.WriteEndObject();
    }

    /// <summary>A function's result as the text that the model reads, for protocols without a place for images in it.</summary>
    /// <exception cref="LlmException">It holds an image or other bytes (<see cref="LlmErrorKind.NotSupported"/>).</exception>
    public static string Text(object? result)
    {
        var read = ToolResult.Read(result);
        return read.Images.Count == 0 ? read.Text : throw ToolResult.NotSupported("an image");
    }

    /// <summary>Any value as text; what is no text as JSON.</summary>
    public static string Serialized(object? value)
    {
        switch (value)
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
                    JsonValues.Write(json, value, Value);
                return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    /// <summary>The current object, as JSON text. Invalid characters are replaced, as in all other texts.</summary>
    public static string Raw(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(document.RootElement));
    }

    /// <summary>A call with its JSON arguments. Arguments that are no JSON object are reported in the call's exception and kept beside it;
    /// <c>null</c> and an empty list, as some models write for a function without parameters, are none.</summary>
    public static FunctionCallContent Call(string id, string name, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
            return new FunctionCallContent(id, name, new Dictionary<string, object?>());
        try
        {
            return TryRead(arguments) is { } read
                ? new FunctionCallContent(id, name, read)
                : Unread(id, name, arguments, new JsonException("The arguments of the call are no JSON object."));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Unread(id, name, arguments, error);
        }
    }

    private static Dictionary<string, object?>? TryRead(string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        var root = document.RootElement;
        return root.ValueKind switch
        {
            JsonValueKind.Object => root.EnumerateObject()
                .GroupBy(p => p.Name)
                .ToDictionary(g => g.Key, g => (object?)g.Last().Value.Clone()),
            JsonValueKind.Null => [],
            JsonValueKind.Array when root.GetArrayLength() == 0 => [],
            // Written twice: a text that holds the object. What is in it is read once only.
            JsonValueKind.String when root.GetString()!.Trim() is var inner && (inner.Length == 0 || inner[0] == '{') =>
                inner.Length == 0 ? [] : TryRead(inner),
            _ => null,
        };
    }

    private static FunctionCallContent Unread(string id, string name, string arguments, Exception error) => new(id, name)
    {
        Exception = error,
        AdditionalProperties = new() { [Broken] = arguments },
    };
}
