using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes the content of a message: texts alone as one string, texts and images as parts in their order.</summary>
internal static class OpenAiCompatibleParts
{
    public static void Write(Utf8JsonWriter json, ChatMessage message)
    {
        if (!message.Contents.Any(Unsendable.IsImage))
        {
            json.WriteString("content"u8, MessageTexts.Of(message));
            return;
        }

        json.WriteStartArray("content"u8);
        foreach (var part in message.Contents)
        {
            if (part is TextContent text)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                json.WriteEndObject();
            }
            else if (Unsendable.IsImage(part))
            {
                WriteImage(json, part);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an image, with the <c>detail</c> that its properties ask for.</summary>
    public static void WriteImage(Utf8JsonWriter json, AIContent image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, image is DataContent data ? data.Uri : ((UriContent)image).Uri.AbsoluteUri);
        if (image.AdditionalProperties is { } properties && properties.TryGetValue("detail", out var detail)
            && detail?.ToString() is { Length: > 0 } level)
        {
            json.WriteString("detail"u8, level);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
