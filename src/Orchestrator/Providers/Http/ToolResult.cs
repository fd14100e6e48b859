using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>What a function returned, as a model reads it: plain text, and images beside it.</summary>
/// <remarks>Functions return contents, or what the Model Context Protocol calls content blocks, as objects or as JSON; anything else is
/// written as JSON. Bytes are never written as text.</remarks>
internal sealed class ToolResult
{
    private const string Failed = "Error: the function failed.";

    private readonly List<string> _texts = [];

    private ToolResult()
    {
    }

    /// <summary>The texts, a line each.</summary>
    public string Text => _texts.Count == 1 ? _texts[0] : string.Join('\n', _texts);

    /// <summary>The images, in their order.</summary>
    public List<AIContent> Images { get; } = [];

    /// <exception cref="LlmException">It holds what is neither text nor image (<see cref="LlmErrorKind.NotSupported"/>), or cannot be
    /// read.</exception>
    public static ToolResult Read(FunctionResultContent content) =>
        Read(content.Result is null && content.Exception is not null ? Failed : content.Result);

    /// <summary>The text, for protocols without a place for images in a result.</summary>
    /// <exception cref="LlmException">It holds an image, or other bytes (<see cref="LlmErrorKind.NotSupported"/>).</exception>
    public static string TextOf(FunctionResultContent content)
    {
        var read = Read(content);
        return read.Images.Count == 0 ? read.Text : throw NotSupported("an image");
    }

    /// <inheritdoc cref="Read(FunctionResultContent)"/>
    public static ToolResult Read(object? result)
    {
        var read = new ToolResult();
        try
        {
            read.AddAny(result);
            return read;
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, "The result of a function");
        }
    }

    private void AddAny(object? result)
    {
        switch (result)
        {
            case null:
                break;
            case string text:
                AddText(text);
                break;
            case AIContent content:
                Add(content);
                break;
            case IEnumerable<AIContent> contents:
                foreach (var content in contents)
                    Add(content);
                break;
            case JsonElement { ValueKind: JsonValueKind.String } element:
                AddText(element.GetString()!);
                break;
            case JsonValue value when value.TryGetValue<string>(out var text):
                AddText(text);
                break;
            default:
                AddJson(ToolJson.Serialized(result));
                break;
        }
    }

    public void Add(string? text)
    {
        if (text is not null)
            _texts.Add(text);
    }

    public void Add(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                Add(text.Text);
                break;
            case ErrorContent error:
                Add(error.Message);
                break;
            case DataContent data when IsText(data.MediaType):
                Add(System.Text.Encoding.UTF8.GetString(data.Data.Span));
                break;
            case UriContent link when !Unsendable.IsImage(link):
                Add(link.Uri.OriginalString);
                break;
            case TextReasoningContent or UsageContent:
                break;
            case DataContent or UriContent when Unsendable.IsImage(content):
                Images.Add(content);
                break;
            default:
                throw NotSupported($"a {content?.GetType().Name ?? "null"}");
        }
    }

    public static LlmException NotSupported(string what) => new(
        LlmErrorKind.NotSupported, $"The result of a function holds {what}; this provider sends texts and images of functions only.");

    public static bool IsText(string mediaType) =>
        mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("/json", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("/xml", StringComparison.OrdinalIgnoreCase);

    /// <summary>A text is sent as it is, unless it is a serialized result with bytes in it, as some adapters make.</summary>
    private void AddText(string text)
    {
        if (ContentBlocks.MayHoldBytes(text))
        {
            try
            {
                AddJson(text);
                return;
            }
            catch (JsonException)
            {
                // It only begins like JSON.
            }
        }

        Add(text);
    }

    private void AddJson(string json)
    {
        if (!ContentBlocks.MayBe(json))
        {
            Add(json);
            return;
        }

        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        if (!ContentBlocks.TryRead(document.RootElement, this))
            Add(json);
    }
}
