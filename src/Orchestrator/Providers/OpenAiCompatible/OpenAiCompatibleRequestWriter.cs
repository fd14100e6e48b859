using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes a request in the shape of chat completions. Null options are left out: the server's defaults hold.</summary>
internal sealed class OpenAiCompatibleRequestWriter(string model, bool maxCompletionTokens, bool requestUsage)
{
    public void Write(Utf8JsonWriter json, LlmRequest request)
    {
        var options = request.Options;
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteStartArray("messages"u8);
        if (options?.Instructions is { Length: > 0 } instructions)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, instructions);
            json.WriteEndObject();
        }

        foreach (var message in request.Messages)
            OpenAiCompatibleMessageWriter.Write(json, message);
        json.WriteEndArray();
        if (options is not null)
            WriteOptions(json, options);
        if (request.Streaming)
        {
            json.WriteBoolean("stream"u8, true);
            if (requestUsage)
            {
                json.WriteStartObject("stream_options"u8);
                json.WriteBoolean("include_usage"u8, true);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private void WriteOptions(Utf8JsonWriter json, ChatOptions options)
    {
        RequestJson.WriteNumber(json, "temperature"u8, options.Temperature);
        RequestJson.WriteNumber(json, "top_p"u8, options.TopP);
        RequestJson.WriteNumber(json, "presence_penalty"u8, options.PresencePenalty);
        RequestJson.WriteNumber(json, "frequency_penalty"u8, options.FrequencyPenalty);
        if (options.MaxOutputTokens is { } limit)
            json.WriteNumber(maxCompletionTokens ? "max_completion_tokens"u8 : "max_tokens"u8, limit);
        if (options.Seed is { } seed)
            json.WriteNumber("seed"u8, seed);
        if (options.StopSequences is { Count: > 0 } stops)
            RequestJson.WriteStops(json, stops);
        if (options.ResponseFormat is ChatResponseFormatJson format)
            WriteFormat(json, format);
        if (options.Reasoning?.Effort is { } effort && ReasoningName(effort) is { } name)
            json.WriteString("reasoning_effort"u8, name);
        WriteTools(json, options);
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormatJson format)
    {
        json.WriteStartObject("response_format"u8);
        if (format.Schema is { } schema)
        {
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.SchemaName ?? "answer");
            if (format.SchemaDescription is { } description)
                json.WriteString("description"u8, description);
            json.WritePropertyName("schema"u8);
            RequestJson.WriteSchema(json, schema);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type"u8, "json_object"u8);
        }

        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
            return;
        ToolJson.WriteFunctions(json, tools);
        if (options.AllowMultipleToolCalls is { } several)
            json.WriteBoolean("parallel_tool_calls"u8, several);
        switch (options.ToolMode)
        {
            case NoneChatToolMode:
                json.WriteString("tool_choice"u8, "none"u8);
                break;
            case AutoChatToolMode:
                json.WriteString("tool_choice"u8, "auto"u8);
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                json.WriteStartObject("tool_choice"u8);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, name);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case RequiredChatToolMode:
                json.WriteString("tool_choice"u8, "required"u8);
                break;
        }
    }

    private static string? ReasoningName(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "xhigh",
        _ => null,
    };
}
