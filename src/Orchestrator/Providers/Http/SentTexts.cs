using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>All texts of a request that a provider may send: no error may repeat one.</summary>
internal static class SentTexts
{
    // How much of the end of a long part may belong to a piece that continues in the next part. The rest is compared by itself.
    private const int Seam = 64;

    /// <summary>The texts of the messages, part by part.</summary>
    public static IEnumerable<string> OfMessages(LlmRequest request) =>
        request.Messages.SelectMany(m => m.Contents).OfType<TextContent>().Select(t => t.Text).Where(t => t.Length > 0);

    /// <summary>Neighbouring short parts, joined: a server may repeat them as one text.</summary>
    public static IEnumerable<string> Joined(LlmRequest request)
    {
        if (!OfMessages(request).Skip(1).Any())
            yield break;
        var (joined, hasShort) = (new StringBuilder(), false);
        foreach (var text in OfMessages(request))
        {
            if (text.Length <= 2 * Seam)
            {
                joined.Append(text);
                hasShort = true;
                continue;
            }

            if (hasShort)
                yield return joined.Append(text, 0, Seam).ToString();
            joined.Clear().Append(text, text.Length - Seam, Seam);
            hasShort = false;
        }

        if (hasShort)
            yield return joined.ToString();
    }

    public static IEnumerable<string> Of(LlmRequest request)
    {
        foreach (var text in request.Messages.SelectMany(OfMessage).Concat(OfOptions(request.Options)))
        {
            if (!string.IsNullOrEmpty(text))
                yield return text;
        }
    }

    /// <summary>The contents that are sent as base64.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> BytesOf(LlmRequest request) =>
        request.Messages.SelectMany(m => m.Contents).OfType<DataContent>().Select(d => d.Data);

    private static IEnumerable<string?> OfMessage(ChatMessage message) =>
        message.Contents.SelectMany(OfContent).Append(message.AuthorName).Concat(OfProperties(message.AdditionalProperties));

    private static IEnumerable<string?> OfContent(AIContent content) => OfProperties(content.AdditionalProperties).Concat(content switch
    {
        TextContent text => [text.Text],
        TextReasoningContent thought => [thought.Text, thought.ProtectedData],
        FunctionResultContent result => [Json(result.Result), .. TextsOf(result), result.CallId],
        FunctionCallContent call =>
            [call.Name, call.CallId, Json(call.Arguments), .. (call.Arguments ?? new Dictionary<string, object?>()).Values.Select(Json)],
        DataContent data => [data.Name, TextOf(data)],
        UriContent link => [link.Uri.OriginalString],
        HostedFileContent file => [file.FileId],
        ErrorContent error => [error.Message, error.Details],
        _ => [],
    });

    private static IEnumerable<string?> OfOptions(ChatOptions? options) => options is null ? [] :
    [
        options.Instructions, options.ConversationId,
        .. options.StopSequences ?? [],
        .. OfFormat(options.ResponseFormat),
        .. (options.Tools ?? []).SelectMany(OfTool),
        .. OfProperties(options.AdditionalProperties),
    ];

    private static IEnumerable<string?> OfFormat(ChatResponseFormat? format) =>
        format is ChatResponseFormatJson json ? [json.SchemaName, json.SchemaDescription, Json(json.Schema)] : [];

    private static IEnumerable<string?> OfTool(AITool? tool) => tool is null ? [] :
    [
        tool.Name, tool.Description,
        .. tool is AIFunctionDeclaration function ? new[] { Json(function.JsonSchema), Json(function.ReturnJsonSchema) } : [],
        .. OfProperties(tool.AdditionalProperties),
    ];

    private static IEnumerable<string?> OfProperties(IEnumerable<KeyValuePair<string, object?>>? properties) =>
        properties is null ? [] : properties.Select(p => Json(p.Value));

    /// <summary>The plain texts of a result that is made of contents, as they are sent.</summary>
    private static IEnumerable<string?> TextsOf(FunctionResultContent result)
    {
        if (result.Result is null or string)
            return [];
        try
        {
            return [ToolResult.Read(result).Text];
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            // A result that cannot be read was not sent.
            return [];
        }
    }

    private static string? TextOf(DataContent data) =>
        data.HasTopLevelMediaType("text") || data.MediaType.Contains("json", StringComparison.OrdinalIgnoreCase)
            || data.MediaType.Contains("xml", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetString(data.Data.Span[..Math.Min(data.Data.Length, PromptEcho.MostCompared)])
            : null;

    private static string? Json(object? value)
    {
        try
        {
            return value switch
            {
                null or JsonElement { ValueKind: JsonValueKind.Undefined } => null,
                IDictionary<string, object?> arguments => ToolJson.Arguments(arguments),
                _ => ToolJson.Serialized(value),
            };
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            // A value that cannot be serialized was not sent.
            return null;
        }
    }
}
