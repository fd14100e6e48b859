using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Writes messages as Yandex reads them: each has a text, a list of calls or a list of results, and only one of these. Results have the
/// user's role and the name of their function, because calls have no ids.
/// </summary>
internal static class YandexGptMessageWriter
{
    public static void Write(Utf8JsonWriter json, string? instructions, IReadOnlyList<ChatMessage> messages)
    {
        var written = WriteText(json, "system", instructions);
        // Generated ids are unique within one answer only, so a result belongs to the last call before it.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var results = new List<FunctionResultContent>();
        foreach (var message in messages)
        {
            Refuse(message);
            var own = message.Contents.OfType<FunctionResultContent>().ToList();
            var hasOnlyResults = own.Count > 0 && message.Contents.All(c => c is not FunctionCallContent);
            if (hasOnlyResults)
                results.AddRange(own);
            // Results of simultaneous calls come in separate messages, but Yandex wants them as one list directly after the
            // calls.
            var text = MessageTexts.Of(message);
            if (!hasOnlyResults || !string.IsNullOrWhiteSpace(text))
                written |= WriteResults(json, results, names);
            written |= WriteText(json, RoleOf(message.Role), text);
            written |= WriteCalls(json, message, names);
            if (!hasOnlyResults)
                results.AddRange(own);
        }

        written |= WriteResults(json, results, names);
        if (!written)
        {
            throw new LlmException(
                LlmErrorKind.InvalidRequest,
                "No message holds a text, and Yandex refuses empty ones; send at least one that is not empty.");
        }
    }

    private static bool WriteText(Utf8JsonWriter json, string role, string? text)
    {
        // Yandex refuses a message without text. A turn with only a call or a refusal has none.
        if (string.IsNullOrWhiteSpace(text))
            return false;
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        return true;
    }

    private static bool WriteCalls(Utf8JsonWriter json, ChatMessage message, Dictionary<string, string> names)
    {
        var begun = false;
        foreach (var content in message.Contents)
        {
            if (content is not FunctionCallContent call)
                continue;
            names[call.CallId] = call.Name;
            if (!begun)
                Begin(json, "assistant"u8, "toolCallList"u8, "toolCalls"u8);
            begun = true;
            json.WriteStartObject();
            json.WriteStartObject("functionCall"u8);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("arguments"u8);
            ToolJson.WriteArguments(json, call);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (begun)
            End(json);
        return begun;
    }

    private static bool WriteResults(Utf8JsonWriter json, List<FunctionResultContent> results, Dictionary<string, string> names)
    {
        if (results.Count == 0)
            return false;
        Begin(json, "user"u8, "toolResultList"u8, "toolResults"u8);
        foreach (var result in results)
        {
            if (!names.TryGetValue(result.CallId, out var name))
            {
                throw new LlmException(
                    LlmErrorKind.InvalidRequest,
                    "A message holds a function's result without the call before it; Yandex needs the call too, as it gives calls no ids.");
            }

            json.WriteStartObject();
            json.WriteStartObject("functionResult"u8);
            json.WriteString("name"u8, name);
            json.WriteString("content"u8, ToolResult.TextOf(result));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        End(json);
        results.Clear();
        return true;
    }

    private static void Begin(Utf8JsonWriter json, ReadOnlySpan<byte> role, ReadOnlySpan<byte> list, ReadOnlySpan<byte> items)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteStartObject(list);
        json.WriteStartArray(items);
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Refuses what the protocol has no place for.</summary>
    private static void Refuse(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is DataContent or UriContent or HostedFileContent)
            {
                throw new LlmException(
                    LlmErrorKind.NotSupported, $"A message holds a {content.GetType().Name}; Yandex's native API takes text only.");
            }

            Unsendable.Check(content, message.Role);
        }
    }

    private static string RoleOf(ChatRole role) => role.Value switch
    {
        "system" or "developer" => "system",
        "assistant" => "assistant",
        "user" or "tool" => "user",
        _ =>
            throw new LlmException(
                LlmErrorKind.NotSupported, "A message has a role that Yandex does not know; it takes system, user, assistant and tool."),
    };
}
