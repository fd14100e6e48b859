using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes a request of <c>/chat/completions</c>. Only what the vendor knows is sent; null options are left out.</summary>
internal sealed class GigaChatRequestWriter(GigaChatOptions options)
{
    // The vendor refuses zero; this is its most deterministic value.
    private const float LeastTemperature = 0.001f;

    private readonly string _model = options.Model;
    private readonly float? _repetitionPenalty = options.RepetitionPenalty;
    private readonly TimeSpan? _updateInterval = options.UpdateInterval;
    private readonly bool? _profanityCheck = options.ProfanityCheck;

    public void Write(Utf8JsonWriter json, LlmRequest request)
    {
        var asked = request.Options;
        RequestJson.Checked(asked?.StopSequences);
        json.WriteStartObject();
        json.WriteString("model"u8, _model);
        json.WriteStartArray("messages"u8);
        GigaChatMessageWriter.Write(json, request.Messages, asked?.Instructions);
        json.WriteEndArray();
        RequestJson.WriteNumber(json, "temperature"u8, asked?.Temperature is 0 ? LeastTemperature : asked?.Temperature);
        RequestJson.WriteNumber(json, "top_p"u8, asked?.TopP);
        if (asked?.MaxOutputTokens is { } limit)
            json.WriteNumber("max_tokens"u8, limit);
        RequestJson.WriteNumber(json, "repetition_penalty"u8, _repetitionPenalty);
        if (_profanityCheck is { } check)
            json.WriteBoolean("profanity_check"u8, check);
        if (asked?.ResponseFormat is ChatResponseFormatJson format)
            WriteFormat(json, format);
        if (EffortName(asked?.Reasoning?.Effort) is { } effort)
            json.WriteString("reasoning_effort"u8, effort);
        if (asked is not null)
            WriteFunctions(json, asked);
        if (request.Streaming)
        {
            json.WriteBoolean("stream"u8, true);
            if (_updateInterval is { } interval)
                json.WriteNumber("update_interval"u8, interval.TotalSeconds);
        }

        json.WriteEndObject();
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormatJson format)
    {
        // Flat, unlike OpenAI's. There is no format for "any JSON": a schema that asks for an object stands for it.
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, "json_schema"u8);
        if (format.Schema is { } schema)
        {
            json.WritePropertyName("schema"u8);
            RequestJson.WriteSchema(json, schema);
            json.WriteBoolean("strict"u8, true);
        }
        else
        {
            json.WriteStartObject("schema"u8);
            json.WriteString("type"u8, "object"u8);
            json.WriteEndObject();
            json.WriteBoolean("strict"u8, false);
        }

        json.WriteEndObject();
    }

    private static void WriteFunctions(Utf8JsonWriter json, ChatOptions asked)
    {
        // "auto" without functions would enable the vendor's own functions.
        if (asked.Tools is not { Count: > 0 } tools)
            return;
        json.WriteStartArray("functions"u8);
        foreach (var tool in tools)
            ToolJson.WriteFunction(json, tool);
        json.WriteEndArray();
        WriteMode(json, asked.ToolMode, tools);
    }

    private static void WriteMode(Utf8JsonWriter json, ChatToolMode? mode, IList<AITool> tools)
    {
        switch (mode)
        {
            case NoneChatToolMode:
                json.WriteString("function_call"u8, "none"u8);
                break;
            case RequiredChatToolMode required:
                var name = required.RequiredFunctionName ?? (tools.Count == 1 ? tools[0].Name : throw new LlmException(
                    LlmErrorKind.NotSupported, "ChatOptions.ToolMode requires a call of any of several functions; GigaChat can be made "
                        + "to call a given one only. Name it, or use Auto."));
                json.WriteStartObject("function_call"u8);
                json.WriteString("name"u8, name);
                json.WriteEndObject();
                break;
            default:
                // Without this key the vendor assumes "none".
                json.WriteString("function_call"u8, "auto"u8);
                break;
        }
    }

    private static string? EffortName(ReasoningEffort? effort) => effort switch
    {
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High or ReasoningEffort.ExtraHigh => "high",
        _ => null,
    };
}
