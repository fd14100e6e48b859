using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes messages as Ollama reads them: text in one string, images as base64 beside it, tool results as messages by tool
/// name.</summary>
internal static class OllamaMessageWriter
{
    public static void WriteText(Utf8JsonWriter json, string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ProviderInfo info)
    {
        // Generated ids are unique within one answer only, so a result belongs to the last call before it.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        List<AIContent>? images = null;
        foreach (var message in messages)
        {
            var (rest, results) = (false, false);
            foreach (var content in message.Contents)
            {
                if (content is FunctionCallContent call)
                    names[call.CallId] = call.Name;
                if (content is FunctionResultContent result)
                {
                    WriteResult(json, result, names, ref images);
                    results = true;
                    continue;
                }

                Unsendable.Check(content, message.Role);
                rest |= MessageTexts.IsSaid(content, message.Role == ChatRole.Assistant);
            }

            // A turn of the assistant without anything in it, as a stop leaves it, is no turn.
            if (!rest && (results || message.Role == ChatRole.Assistant))
                continue;
            WriteImages(json, images, info);
            WriteMessage(json, message, RoleOf(message.Role, results), info);
        }

        WriteImages(json, images, info);
    }

    /// <summary>Images of results, as a user's message after all results.</summary>
    private static void WriteImages(Utf8JsonWriter json, List<AIContent>? images, ProviderInfo info)
    {
        if (images is not { Count: > 0 })
            return;
        WriteMessage(json, new ChatMessage(ChatRole.User, [.. images]), "user", info);
        images.Clear();
    }

    private static void WriteResult(
        Utf8JsonWriter json, FunctionResultContent result, Dictionary<string, string> names, ref List<AIContent>? images)
    {
        var read = ToolResult.Read(result);
        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        json.WriteString("content"u8, read.Text);
        if (names.TryGetValue(result.CallId, out var name))
            json.WriteString("tool_name"u8, name);
        json.WriteString("tool_call_id"u8, result.CallId);
        json.WriteEndObject();
        if (read.Images.Count > 0)
            (images ??= []).AddRange(read.Images);
    }

    /// <summary>The server accepts any role, but the models' templates drop messages with other roles than system, user, assistant and
    /// tool.</summary>
    private static string RoleOf(ChatRole role, bool besideResults) => role.Value switch
    {
        "developer" => "system",
        "tool" when besideResults => "user",
        var other => other,
    };

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message, string role, ProviderInfo info)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, MessageTexts.Of(message));
        if (ThinkingOf(message, info) is { Length: > 0 } thinking)
            json.WriteString("thinking"u8, thinking);
        WriteImages(json, message);
        WriteCalls(json, message);
        json.WriteEndObject();
    }

    /// <summary>The reasoning of this server's own answer: that of another vendor's model would mislead this one.</summary>
    private static string ThinkingOf(ChatMessage message, ProviderInfo info) =>
        message.Contents.Any(c => c is TextReasoningContent && VendorState.Of(c, info) is not null)
            ? string.Concat(message.Contents.OfType<TextReasoningContent>().Select(c => c.Text))
            : "";

    private static void WriteImages(Utf8JsonWriter json, ChatMessage message)
    {
        var begun = false;
        foreach (var content in message.Contents)
        {
            if (content is UriContent)
            {
                throw new LlmException(
                    LlmErrorKind.NotSupported, "A message holds the address of an image; Ollama takes the image itself, as DataContent.");
            }

            if (content is not DataContent data)
                continue;
            if (!begun)
                json.WriteStartArray("images"u8);
            begun = true;
            json.WriteBase64StringValue(data.Data.Span);
        }

        if (begun)
            json.WriteEndArray();
    }

    private static void WriteCalls(Utf8JsonWriter json, ChatMessage message)
    {
        var begun = false;
        foreach (var content in message.Contents)
        {
            if (content is not FunctionCallContent call)
                continue;
            if (!begun)
                json.WriteStartArray("tool_calls"u8);
            begun = true;
            json.WriteStartObject();
            json.WriteString("id"u8, call.CallId);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("arguments"u8);
            ToolJson.WriteArguments(json, call);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (begun)
            json.WriteEndArray();
    }
}
