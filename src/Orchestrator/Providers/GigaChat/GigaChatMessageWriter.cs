using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Writes messages by the vendor's rules: one system message, which comes first; one function call per message, with its result directly
/// after it; results as JSON objects in strings; files by their ids.
/// </summary>
internal static class GigaChatMessageWriter
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        WriteSystem(json, messages, instructions);
        var results = new GigaChatResults(messages);
        foreach (var message in messages)
        {
            if (IsSystem(message))
                continue;
            if (message.Role == ChatRole.Assistant)
                WriteAssistant(json, message, results);
            else if (message.Role == ChatRole.User || message.Role == ChatRole.Tool)
                WriteOther(json, message, results);
            else
                throw Unknown(message.Role);
        }
    }

    private static LlmException Unknown(ChatRole role)
    {
        var shown = role.Value is { Length: <= 16 } name && name.All(char.IsAsciiLetter) ? $"the role '{name}'" : "another role";
        return new(LlmErrorKind.InvalidRequest, $"A message has {shown}; GigaChat knows system, user, assistant and tool.");
    }

    private static void WriteSystem(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        var texts = messages.Where(IsSystem).Select(m => m.Text).Prepend(instructions).Where(t => !string.IsNullOrEmpty(t)).ToList();
        if (texts.Count == 0)
            return;
        json.WriteStartObject();
        json.WriteString("role"u8, "system"u8);
        json.WriteString("content"u8, string.Join("\n\n", texts));
        json.WriteEndObject();
    }

    private static void WriteAssistant(Utf8JsonWriter json, ChatMessage message, GigaChatResults results)
    {
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        if (calls.Count == 0)
        {
            Open(json, "assistant"u8, message.Text);
            WriteState(json, message.AdditionalProperties);
            WriteFiles(json, message);
            json.WriteEndObject();
            return;
        }

        for (var i = 0; i < calls.Count; i++)
        {
            Open(json, "assistant"u8, i == 0 ? message.Text : "");
            json.WriteStartObject("function_call"u8);
            json.WriteString("name"u8, calls[i].Name);
            json.WritePropertyName("arguments"u8);
            ToolJson.WriteArguments(json, calls[i].Arguments);
            json.WriteEndObject();
            WriteState(json, calls[i].AdditionalProperties);
            json.WriteEndObject();
            // Other vendors' models make several calls at once; here each call needs its result before the next.
            if (calls.Count > 1 && results.Take(calls[i]) is { } result)
                WriteResult(json, result, calls[i].Name);
        }
    }

    private static void WriteOther(Utf8JsonWriter json, ChatMessage message, GigaChatResults results)
    {
        var rest = message.Contents.Count == 0;
        foreach (var content in message.Contents)
        {
            if (content is not FunctionResultContent result)
                rest |= content is not UsageContent;
            else if (!results.WasTaken(result))
                WriteResult(json, result, results.NameOf(result));
        }

        if (!rest)
            return;
        Open(json, "user"u8, message.Text);
        WriteFiles(json, message);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, FunctionResultContent result, string? name)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "function"u8);
        if (!string.IsNullOrEmpty(name))
            json.WriteString("name"u8, name);
        json.WriteString("content"u8, GigaChatResults.ObjectText(result.Result));
        json.WriteEndObject();
    }

    private static void WriteFiles(Utf8JsonWriter json, ChatMessage message)
    {
        var begun = false;
        foreach (var content in message.Contents)
        {
            if (content is DataContent or UriContent)
            {
                throw new LlmException(
                    LlmErrorKind.NotSupported,
                    $"A message holds a {content.GetType().Name}; GigaChat takes files by id only. Upload it to GigaChat's file storage "
                        + "and send a HostedFileContent with the id.");
            }

            if (content is not HostedFileContent file)
                continue;
            if (!begun)
                json.WriteStartArray("attachments"u8);
            begun = true;
            json.WriteStringValue(file.FileId);
        }

        if (begun)
            json.WriteEndArray();
    }

    private static void Open(Utf8JsonWriter json, ReadOnlySpan<byte> role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, text);
    }

    private static void WriteState(Utf8JsonWriter json, AdditionalPropertiesDictionary? properties)
    {
        if (properties?.TryGetValue(GigaChatProvider.StateIdProperty, out var value) is true && value?.ToString() is { Length: > 0 } state)
            json.WriteString("functions_state_id"u8, state);
    }

    private static bool IsSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role.Value == "developer";
}
