using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Writes messages by the vendor's rules: one system message, which comes first; one function call per message, with its result directly
/// after it; results as JSON objects in strings; files by their ids.
/// </summary>
internal static class GigaChatMessageWriter
{
    // The vendor's limit for all messages of a request.
    private const int MostFiles = 10;

    public static void Write(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, string? instructions, string? server)
    {
        Check(messages);
        WriteSystem(json, messages, instructions);
        var results = new GigaChatResults(messages);
        foreach (var message in messages)
        {
            if (IsSystem(message))
                continue;
            if (message.Role == ChatRole.Assistant)
                WriteAssistant(json, message, results, server);
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
        var texts = messages.Where(IsSystem).Select(MessageTexts.Of).Prepend(instructions).Where(t => !string.IsNullOrEmpty(t)).ToList();
        if (texts.Count == 0)
            return;
        json.WriteStartObject();
        json.WriteString("role"u8, "system"u8);
        json.WriteString("content"u8, string.Join("\n\n", texts));
        json.WriteEndObject();
    }

    private static void WriteAssistant(Utf8JsonWriter json, ChatMessage message, GigaChatResults results, string? server)
    {
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        var text = MessageTexts.Of(message);
        if (calls.Count == 0)
        {
            // A turn that only thought, or was refused, says nothing that the vendor takes.
            if (text.Length == 0 && GigaChatState.IdIn(message, server) is null && !message.Contents.Any(c => c is HostedFileContent))
                return;
            Open(json, "assistant"u8, text);
            GigaChatState.Write(json, message, server);
            WriteFiles(json, message);
            json.WriteEndObject();
            return;
        }

        for (var i = 0; i < calls.Count; i++)
        {
            Open(json, "assistant"u8, i == 0 ? text : "");
            json.WriteStartObject("function_call"u8);
            json.WriteString("name"u8, GigaChatNames.Sent(calls[i].Name));
            json.WritePropertyName("arguments"u8);
            ToolJson.WriteArguments(json, calls[i]);
            json.WriteEndObject();
            GigaChatState.Write(json, calls[i], server);
            if (i == 0)
                WriteFiles(json, message);
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
        Open(json, "user"u8, MessageTexts.Of(message));
        WriteFiles(json, message);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, FunctionResultContent result, string? name)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "function"u8);
        if (!string.IsNullOrEmpty(name))
            json.WriteString("name"u8, GigaChatNames.Sent(name));
        json.WriteString("content"u8, GigaChatResults.ObjectText(result));
        json.WriteEndObject();
    }

    /// <summary>Refuses what the protocol has no place for.</summary>
    private static void Check(IReadOnlyList<ChatMessage> messages)
    {
        var files = 0;
        foreach (var message in messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is HostedFileContent && !IsSystem(message))
                    files++;
                else if (content is DataContent or UriContent)
                    throw NotSupported($"A message holds a {content.GetType().Name}; GigaChat takes files by id only. Upload it to "
                        + "GigaChat's file storage and send a HostedFileContent with the id.");
                else
                    Unsendable.Check(content, message.Role);
            }
        }

        if (files > MostFiles)
            throw NotSupported($"The messages hold {files} files; GigaChat takes {MostFiles} in a request.");
    }

    private static LlmException NotSupported(string message) => new(LlmErrorKind.NotSupported, message);

    private static void WriteFiles(Utf8JsonWriter json, ChatMessage message)
    {
        var begun = false;
        foreach (var content in message.Contents)
        {
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

    private static bool IsSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role.Value == "developer";
}
