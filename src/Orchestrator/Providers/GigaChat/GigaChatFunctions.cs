using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes the functions on offer, and which of them may or must be called.</summary>
internal static class GigaChatFunctions
{
    /// <summary>Fields of a function that only this vendor has. They are taken from the tool's
    /// <see cref="AITool.AdditionalProperties"/>.</summary>
    private static readonly string[] Extras = ["few_shot_examples", "return_parameters"];

    public static void Write(Utf8JsonWriter json, ChatOptions asked)
    {
        // "auto" without functions would enable the vendor's own functions.
        if (asked.Tools is not { Count: > 0 } tools)
            return;
        json.WriteStartArray("functions"u8);
        foreach (var tool in tools)
            WriteFunction(json, tool);
        json.WriteEndArray();
        WriteMode(json, asked.ToolMode, tools);
    }

    private static void WriteFunction(Utf8JsonWriter json, AITool? tool)
    {
        if (tool is null)
            throw RequestFault.Of("ChatOptions.Tools holds a null; give functions only.");
        if (tool is not AIFunctionDeclaration function)
        {
            throw new LlmException(
                LlmErrorKind.NotSupported, $"ChatOptions.Tools holds a {tool.GetType().Name}; this provider knows functions only.");
        }

        json.WriteStartObject();
        json.WriteString("name"u8, GigaChatNames.Sent(function.Name));
        // The vendor's clients send one with each function, empty if there is none.
        json.WriteString("description"u8, function.Description);
        json.WritePropertyName("parameters"u8);
        WriteParameters(json, function);
        foreach (var field in Extras)
        {
            if (!function.AdditionalProperties.TryGetValue(field, out var value) || value is null)
                continue;
            json.WritePropertyName(field);
            JsonValues.Write(json, value, $"AITool.AdditionalProperties[\"{field}\"]");
        }

        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, AIFunctionDeclaration function)
    {
        var owner = $"The JSON schema of the function {GigaChatNames.Shown(function.Name)} in ChatOptions.Tools";
        try
        {
            GigaChatSchema.WriteParameters(json, function.JsonSchema, owner);
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, owner);
        }
    }

    private static void WriteMode(Utf8JsonWriter json, ChatToolMode? mode, IList<AITool> tools)
    {
        switch (mode)
        {
            case NoneChatToolMode:
                json.WriteString("function_call"u8, "none"u8);
                break;
            case RequiredChatToolMode required:
                var name = required.RequiredFunctionName ?? (tools.Count == 1 ? tools[0].Name : throw new LlmException(
                    LlmErrorKind.NotSupported, "ChatOptions.ToolMode requires a call of any of several functions; GigaChat can be made "
                        + "to call a given one only. Name it, or use Auto."));
                json.WriteStartObject("function_call"u8);
                json.WriteString("name"u8, GigaChatNames.Sent(name));
                json.WriteEndObject();
                break;
            default:
                // Without this key the vendor assumes "none".
                json.WriteString("function_call"u8, "auto"u8);
                break;
        }
    }
}
