using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Fields of a request that <see cref="ChatOptions"/> have no property for: those of
/// <see cref="ChatOptions.AdditionalProperties"/> that this vendor knows, and all of <see cref="GigaChatOptions.ExtraBody"/>. What is
/// written already stays.</summary>
/// <remarks>What the API does with fields it does not know is not documented, and properties of one request go to providers of other
/// vendors, too: so only known names are taken from there. Source: ai-forever/gigachat, models/chat.py.</remarks>
internal static class GigaChatFields
{
    private static readonly string[] Known =
    [
        "repetition_penalty", "update_interval", "profanity_check", "reasoning_effort", "flags", "storage", "function_ranker",
        "function_call",
    ];

    /// <summary>Whether the request itself sets a field, which then stands before the provider's setting.</summary>
    public static bool IsSet(ChatOptions? options, string name) =>
        options?.AdditionalProperties is { } properties && properties.ContainsKey(name);

    /// <param name="json">The writer, inside the body.</param>
    /// <param name="request">The request.</param>
    /// <param name="extra">The fields of the provider's options.</param>
    /// <param name="settings">The names of fields that the provider's options set by themselves.</param>
    public static void Write(Utf8JsonWriter json, LlmRequest request, KeyValuePair<string, JsonElement>[] extra, string[] settings)
    {
        if (request.Options?.AdditionalProperties is { Count: > 0 } properties)
        {
            foreach (var name in Known)
            {
                if (!properties.TryGetValue(name, out var value) || IsWritten(name, request))
                    continue;
                json.WritePropertyName(name);
                ExtraFields.WriteValue(json, name, value);
            }
        }

        foreach (var (name, value) in extra)
        {
            if (IsWritten(name, request) || Array.IndexOf(settings, name) >= 0
                || (Array.IndexOf(Known, name) >= 0 && IsSet(request.Options, name)))
            {
                continue;
            }

            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private static bool IsWritten(string name, LlmRequest request)
    {
        var options = request.Options;
        return name switch
        {
            // One answer is read, as a stream or whole, whatever is written here.
            "model" or "messages" or "stream" or "n" => true,
            "temperature" => options?.Temperature is not null,
            "top_p" => options?.TopP is not null,
            "max_tokens" => options?.MaxOutputTokens is not null,
            "response_format" => options?.ResponseFormat is ChatResponseFormatJson,
            "reasoning_effort" => GigaChatRequestWriter.EffortName(options?.Reasoning?.Effort) is not null,
            "functions" or "function_call" => options?.Tools is { Count: > 0 },
            "update_interval" => !request.Streaming,
            _ => false,
        };
    }
}
