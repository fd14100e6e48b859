using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>What of a message becomes text for the model.</summary>
internal static class MessageText
{
    // Quotes, colon and comma of one argument in JSON.
    private const int PerArgument = 3;

    // As the abstractions write values, but without the line breaks no provider sends.
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    public static long Count(TokenCounter counter, ChatMessage message, ModelFamily family, int mediaTokens)
    {
        var total = message.AuthorName is { Length: > 0 } name ? 1 + counter.CountText(name, family) : 0;
        var contents = message.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            total += contents[i] switch
            {
                TextContent text => counter.CountText(text.Text, family),
                FunctionCallContent call => CountCall(counter, call, family),
                FunctionResultContent result => CountValue(counter, result.Result, family),
                DataContent or UriContent or HostedFileContent => mediaTokens,
                _ => 0,
            };
        }
        return total;
    }

    private static long CountCall(TokenCounter counter, FunctionCallContent call, ModelFamily family)
    {
        var total = counter.CountText(call.Name, family);
        if (call.Arguments is not { } arguments)
            return total;
        foreach (var (name, value) in arguments)
            total += PerArgument + counter.CountText(name, family) + CountValue(counter, value, family);
        return total;
    }

    private static long CountValue(TokenCounter counter, object? value, ModelFamily family) => value switch
    {
        null => 0,
        string text => counter.CountText(text, family),
        JsonElement json => json.ValueKind == JsonValueKind.Undefined ? 0 : counter.CountText(json.GetRawText(), family),
        _ => counter.CountText(Serialized(value), family),
    };

    // As providers send it. What cannot be serialized fails there, with a better error than a count could give.
    private static string? Serialized(object value)
    {
        try
        {
            return JsonSerializer.Serialize(value, Compact.GetTypeInfo(typeof(object)));
        }
        catch (Exception e) when (e is NotSupportedException or JsonException)
        {
            return value.ToString();
        }
    }
}
