using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes a request in the shape of chat completions. Null options are left out: the server's defaults hold.</summary>
internal sealed class OpenAiCompatibleRequestWriter(OpenAiCompatibleDialect dialect)
{
    public void Write(Utf8JsonWriter json, LlmRequest request)
    {
        var options = request.Options;
        var properties = options?.AdditionalProperties;
        json.WriteStartObject();
        var body = new OpenAiCompatibleBody(json, dialect, dialect.Extra.Length > 0 || ExtraFields.Any(properties));
        json.WriteString("model"u8, dialect.Model);
        json.WriteStartArray("messages"u8);
        if (options?.Instructions is { Length: > 0 } instructions)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, instructions);
            json.WriteEndObject();
        }

        new OpenAiCompatibleMessageWriter(json, dialect).Write(request.Messages);
        json.WriteEndArray();
        if (options is not null)
            WriteOptions(json, body, options);
        if (request.Streaming)
        {
            json.WriteBoolean("stream"u8, true);
            if (dialect.RequestUsage)
            {
                json.WriteStartObject("stream_options"u8);
                json.WriteBoolean("include_usage"u8, true);
                json.WriteEndObject();
            }
        }

        WriteExtra(json, body, properties);
        json.WriteEndObject();
    }

    private void WriteOptions(Utf8JsonWriter json, OpenAiCompatibleBody body, ChatOptions options)
    {
        body.Number("temperature", options.Temperature);
        body.Number("top_p", options.TopP);
        body.Whole("top_k", options.TopK);
        body.Number("presence_penalty", options.PresencePenalty);
        body.Number("frequency_penalty", options.FrequencyPenalty);
        body.Whole("max_tokens", options.MaxOutputTokens);
        body.Whole("seed", options.Seed);
        if (options.StopSequences is { Count: > 0 } stops && body.Begin("stop"))
            RequestJson.WriteStopList(json, stops);
        if (options.ResponseFormat is ChatResponseFormatJson format && body.Begin("response_format"))
            OpenAiCompatibleFormat.Write(json, dialect, format, options.AdditionalProperties);
        if (options.Reasoning?.Effort is { } effort && ReasoningName(effort) is { } name && body.Begin("reasoning_effort"))
            json.WriteStringValue(name);
        WriteTools(json, body, options);
    }

    private void WriteTools(Utf8JsonWriter json, OpenAiCompatibleBody body, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools || !body.Begin("tools"))
            return;
        var demanded = (options.ToolMode as RequiredChatToolMode)?.RequiredFunctionName;
        if (demanded is not null && !dialect.TakesToolByName)
        {
            tools = [.. tools.Where(tool => tool is null || tool.Name == demanded)];
            demanded = null;
        }

        json.WriteStartArray();
        ToolJson.WriteFunctionList(
            json, tools, dialect.TakesStrict ? tool => StrictSchema.Of(tool.AdditionalProperties, options.AdditionalProperties) : null);
        json.WriteEndArray();
        if (options.AllowMultipleToolCalls is { } several && body.Begin("parallel_tool_calls"))
            json.WriteBooleanValue(several);
        if (WordOf(options.ToolMode) is not { } word || !body.Begin("tool_choice"))
            return;
        if (demanded is null)
        {
            json.WriteStringValue(word);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, demanded);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? WordOf(ChatToolMode? mode) => mode switch
    {
        NoneChatToolMode => "none",
        AutoChatToolMode => "auto",
        RequiredChatToolMode => "required",
        _ => null,
    };

    /// <summary>What the request says, then what the settings say.</summary>
    private void WriteExtra(Utf8JsonWriter json, OpenAiCompatibleBody body, AdditionalPropertiesDictionary? properties)
    {
        foreach (var (name, value) in ExtraFields.Of(properties))
        {
            if (body.BeginExtra(name))
                ExtraFields.WriteValue(json, name, value);
        }

        foreach (var (name, value) in dialect.Extra)
        {
            if (body.BeginExtra(name))
                value.WriteTo(json);
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
