using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// How much memory the objects of a provider may hold, in characters or bytes, as far as can be told without running their code. What
/// cannot be looked into counts as <see cref="Opaque"/>: far more than most are, so that a number of them that is large enough to matter
/// reaches the bound.
/// </summary>
internal static class ContentSize
{
    public const int Opaque = 16 << 10;
    private const int Small = 32;
    private const int MostDepth = 4;

    /// <summary>What a content says and carries, its raw representation left out.</summary>
    public static long Of(AIContent content)
    {
        var size = content.AdditionalProperties is { } properties ? Of(properties, 0) : 0;
        if (content.Annotations is { } annotations)
        {
            for (var i = 0; i < annotations.Count; i++)
                size += Of(annotations[i]);
        }

        return size + content switch
        {
            TextContent text => text.Text.Length,
            TextReasoningContent thought => thought.Text.Length + Length(thought.ProtectedData),
            DataContent data => data.Data.Length,
            UriContent or HostedFileContent or UsageContent => 0,
            FunctionCallContent call => call.Arguments is { } arguments ? Of(arguments, 0) : 0,
            FunctionResultContent result => Of(result.Result, 0),
            ErrorContent error => Length(error.Message) + Length(error.Details) + Length(error.ErrorCode),
            _ when content.GetType() == typeof(AIContent) => 0,
            _ => Opaque,
        };
    }

    /// <summary>Any value: a raw representation, a property, the result of a tool.</summary>
    public static long Of(object? value) => Of(value, 0);

    /// <summary>The content without its raw representation: a shallow copy, for the provider may go on to use its own object.</summary>
    public static AIContent WithoutRaw(AIContent content)
    {
        var copy = (AIContent)MemberwiseClone(content);
        copy.RawRepresentation = null;
        return copy;
    }

    public static int Length(string? text) => text?.Length ?? 0;

    private static long Of(AIAnnotation annotation)
    {
        var size = Small + Of(annotation.RawRepresentation, 0);
        if (annotation.AdditionalProperties is { } properties)
            size += Of(properties, 0);
        return annotation is CitationAnnotation citation ? size + Length(citation.Title) + Length(citation.Snippet) : size;
    }

    private static long Of(object? value, int depth)
    {
        switch (value)
        {
            case null:
                return 0;
            case string text:
                return text.Length;
            case byte[] bytes:
                return bytes.Length;
            case ReadOnlyMemory<byte> bytes:
                return bytes.Length;
            case JsonElement element:
                return Of(element);
            case IConvertible or Guid or TimeSpan or DateTimeOffset:
                return Small;
            case IDictionary<string, object?> entries when depth < MostDepth:
                return Of(entries, depth + 1);
            case IList<object?> items when depth < MostDepth:
                long size = Small;
                for (var i = 0; i < items.Count; i++)
                    size += Small + Of(items[i], depth + 1);
                return size;
            default:
                return Opaque;
        }
    }

    private static long Of(IDictionary<string, object?> entries, int depth)
    {
        long size = Small;
        foreach (var (name, value) in entries)
            size += Small + name.Length + Of(value, depth);
        return size;
    }

    private static long Of(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(element).Length;
        }
        catch (ObjectDisposedException)
        {
            return Opaque;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(MemberwiseClone))]
    private static extern object MemberwiseClone(object content);
}
