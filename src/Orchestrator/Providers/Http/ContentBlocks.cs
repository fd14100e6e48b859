using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Reads a function's result that is JSON of content blocks: those of the Model Context Protocol, alone, in a list or in the
/// <c>content</c> of a result, and contents of Microsoft.Extensions.AI as its serializer writes them.</summary>
/// <remarks>Source of the blocks: modelcontextprotocol.io, schema of 2025-06-18, ContentBlock and CallToolResult.</remarks>
internal static class ContentBlocks
{
    /// <summary>Whether it is worth parsing: a block has a type.</summary>
    public static bool MayBe(string json) =>
        (json.StartsWith('{') || json.StartsWith('[')) && json.Contains("type\"", StringComparison.Ordinal);

    /// <summary>The same for a text: only one with bytes in it is worth it.</summary>
    public static bool MayHoldBytes(string text) =>
        MayBe(text)
        && (text.Contains("mimeType\"", StringComparison.Ordinal) || text.Contains(";base64,", StringComparison.Ordinal));

    /// <summary>Reads it into a result; false if it is other JSON, of which nothing is read.</summary>
    /// <exception cref="LlmException">A block is neither text nor image.</exception>
    public static bool TryRead(JsonElement json, ToolResult result)
    {
        var blocks = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("content"u8, out var content) ? content : json;
        if (blocks.ValueKind == JsonValueKind.Object && IsBlock(blocks))
        {
            Read(blocks, result);
            return true;
        }

        if (blocks.ValueKind != JsonValueKind.Array || blocks.GetArrayLength() == 0 || !blocks.EnumerateArray().All(IsBlock))
            return false;
        foreach (var block in blocks.EnumerateArray())
            Read(block, result);
        return true;
    }

    private static bool IsBlock(JsonElement block) => TypeOf(block) switch
    {
        "text" => TextOf(block, "text") is not null,
        "image" or "audio" => TextOf(block, "data") is not null && TextOf(block, "mimeType") is not null,
        "resource" => block.TryGetProperty("resource"u8, out var resource) && TextOf(resource, "uri") is not null,
        "resource_link" or "data" or "uri" => TextOf(block, "uri") is not null,
        _ => false,
    };

    private static void Read(JsonElement block, ToolResult result)
    {
        switch (TypeOf(block))
        {
            case "text":
                result.Add(TextOf(block, "text"));
                break;
            case "image" or "audio":
                AddBytes(TextOf(block, "data")!, TextOf(block, "mimeType")!, result);
                break;
            case "resource" when block.GetProperty("resource"u8) is var resource && TextOf(resource, "blob") is { } blob:
                AddBytes(blob, TextOf(resource, "mimeType") ?? "application/octet-stream", result);
                break;
            case "resource":
                result.Add(TextOf(block.GetProperty("resource"u8), "text"));
                break;
            case "data":
                result.Add(new DataContent(TextOf(block, "uri")!));
                break;
            case "uri":
                result.Add(new UriContent(TextOf(block, "uri")!, TextOf(block, "mediaType") ?? "application/octet-stream"));
                break;
            default:
                result.Add(TextOf(block, "uri"));
                break;
        }
    }

    private static void AddBytes(string base64, string mediaType, ToolResult result) =>
        result.Add(new DataContent(Convert.FromBase64String(base64), mediaType));

    private static string? TypeOf(JsonElement block) => TextOf(block, "type") ?? TextOf(block, "$type");

    private static string? TextOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
