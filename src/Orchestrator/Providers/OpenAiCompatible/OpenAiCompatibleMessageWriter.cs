using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes one message: text alone as a string, anything more as parts; a tool's results as messages of their own.</summary>
internal static class OpenAiCompatibleMessageWriter
{
    public static void Write(Utf8JsonWriter json, ChatMessage message)
    {
        var results = false;
        foreach (var content in message.Contents)
        {
            if (content is FunctionResultContent result)
            {
                WriteResult(json, result);
                results = true;
            }
        }

        if (results && message.Contents.All(c => c is FunctionResultContent or UsageContent))
            return;
        json.WriteStartObject();
        // Text beside a tool's results answers no call, so it is not sent in the tool's role.
        json.WriteString("role"u8, results && message.Role == ChatRole.Tool ? "user" : message.Role.Value);
        if (!string.IsNullOrEmpty(message.AuthorName))
            json.WriteString("name"u8, message.AuthorName);
        WriteContent(json, message);
        WriteCalls(json, message);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, FunctionResultContent result)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        json.WriteString("tool_call_id"u8, result.CallId);
        json.WriteString("content"u8, ToolJson.Text(result.Result));
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, ChatMessage message)
    {
        var parts = message.Contents.Where(c => c is TextContent or DataContent or UriContent).ToList();
        if (parts.TrueForAll(p => p is TextContent))
        {
            if (parts.Count == 0 && message.Contents.Any(c => c is FunctionCallContent))
                json.WriteNull("content"u8);
            else
                json.WriteString("content"u8, message.Text);
            return;
        }

        json.WriteStartArray("content"u8);
        foreach (var part in parts)
        {
            json.WriteStartObject();
            switch (part)
            {
                case TextContent text:
                    json.WriteString("type"u8, "text"u8);
                    json.WriteString("text"u8, text.Text);
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                    WriteImage(json, data.Uri);
                    break;
                case UriContent uri when uri.HasTopLevelMediaType("image"):
                    WriteImage(json, uri.Uri.AbsoluteUri);
                    break;
                default:
                    throw new LlmException(
                        LlmErrorKind.NotSupported,
                        $"A message holds a {part.GetType().Name} that is no image; this provider sends text and images only.");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteImage(Utf8JsonWriter json, string address)
    {
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, address);
        json.WriteEndObject();
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
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, ToolJson.Arguments(call.Arguments));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (begun)
            json.WriteEndArray();
    }
}
