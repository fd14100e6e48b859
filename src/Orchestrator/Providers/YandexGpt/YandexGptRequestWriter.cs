using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes a request of <c>/completion</c>. Options that are null are not sent: the model's defaults apply.</summary>
/// <remarks>The API has no <c>top_p</c>, <c>seed</c> or penalties; such options are left out, as with every provider whose protocol lacks
/// them. Stop sequences are the reader's.</remarks>
internal sealed class YandexGptRequestWriter(string modelUri, bool? reasoning, KeyValuePair<string, JsonElement>[] extra)
{
    public void Write(Utf8JsonWriter json, LlmRequest request)
    {
        var options = request.Options;
        RequestJson.Checked(options?.StopSequences);
        json.WriteStartObject();
        json.WriteString("modelUri"u8, modelUri);
        WriteCompletionOptions(json, request.Streaming, options);
        json.WriteStartArray("messages"u8);
        YandexGptMessageWriter.Write(json, options?.Instructions, request.Messages);
        json.WriteEndArray();
        if (options is not null)
        {
            WriteTools(json, options);
            WriteFormat(json, options.ResponseFormat);
        }

        foreach (var (name, value) in extra)
        {
            if (IsWritten(name, options))
                continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static bool IsWritten(string name, ChatOptions? options) => name switch
    {
        "modelUri" or "completionOptions" or "messages" => true,
        "tools" => options?.Tools is { Count: > 0 },
        "toolChoice" => options is { Tools.Count: > 0, ToolMode: not null },
        "parallelToolCalls" => options is { Tools.Count: > 0, AllowMultipleToolCalls: not null },
        // Only one of the two may be set.
        "jsonObject" or "jsonSchema" => options?.ResponseFormat is ChatResponseFormatJson,
        _ => false,
    };

    private void WriteCompletionOptions(Utf8JsonWriter json, bool streaming, ChatOptions? options)
    {
        json.WriteStartObject("completionOptions"u8);
        json.WriteBoolean("stream"u8, streaming);
        if (options?.Temperature is { } temperature)
            json.WriteNumber("temperature"u8, Checked(temperature));
        if (options?.MaxOutputTokens is { } limit)
        {
            if (limit <= 0)
            {
                throw RequestFault.Of(
                    $"ChatOptions.MaxOutputTokens is {limit.ToString(CultureInfo.InvariantCulture)}; set it above zero, or leave it out.");
            }

            // An int64, which protobuf's JSON writes as text.
            json.WriteString("maxTokens"u8, limit.ToString(CultureInfo.InvariantCulture));
        }

        var thinks = options?.Reasoning?.Effort switch { null => reasoning, ReasoningEffort.None => false, _ => true };
        if (thinks is { } hidden)
        {
            json.WriteStartObject("reasoningOptions"u8);
            json.WriteString("mode"u8, hidden ? "ENABLED_HIDDEN"u8 : "DISABLED"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Refused and not clamped: the caller asked for this temperature and no other.</summary>
    private static float Checked(float temperature)
    {
        if (temperature is >= 0 and <= 1)
            return temperature;
        var shown = temperature.ToString(CultureInfo.InvariantCulture);
        throw temperature is > 1 and <= 2
            ? new LlmException(
                LlmErrorKind.NotSupported,
                $"ChatOptions.Temperature is {shown}, and Yandex's models take 0 to 1; set 1 or less for this provider.")
            : RequestFault.Of($"ChatOptions.Temperature is {shown}; set it to a number from 0 to 1, or leave it out.");
    }

    private static void WriteTools(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
            return;
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WritePropertyName("function"u8);
            ToolJson.WriteFunction(json, tool);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteChoice(json, options.ToolMode);
        if (options.AllowMultipleToolCalls is { } several)
            json.WriteBoolean("parallelToolCalls"u8, several);
    }

    private static void WriteChoice(Utf8JsonWriter json, ChatToolMode? mode)
    {
        if (mode is null)
            return;
        json.WriteStartObject("toolChoice"u8);
        if (mode is RequiredChatToolMode { RequiredFunctionName: { } name })
            json.WriteString("functionName"u8, name);
        else
            json.WriteString("mode"u8, mode switch { NoneChatToolMode => "NONE"u8, RequiredChatToolMode => "REQUIRED"u8, _ => "AUTO"u8 });
        json.WriteEndObject();
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormat? format)
    {
        if (format is not ChatResponseFormatJson wanted)
            return;
        if (wanted.Schema is { } schema)
        {
            json.WriteStartObject("jsonSchema"u8);
            json.WritePropertyName("schema"u8);
            RequestJson.WriteSchema(json, schema);
            json.WriteEndObject();
        }
        else
        {
            json.WriteBoolean("jsonObject"u8, true);
        }
    }
}
