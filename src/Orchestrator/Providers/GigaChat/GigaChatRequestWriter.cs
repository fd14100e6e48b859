using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes a request of <c>/chat/completions</c>. Only what the vendor knows is sent; null options are left out.</summary>
internal sealed class GigaChatRequestWriter(GigaChatOptions options)
{
    // The vendor refuses zero; this is its most deterministic value.
    private const float LeastTemperature = 0.001f;

    private readonly string _model = options.Model;
    private readonly string? _server = HttpAddress.ServerOf(options.BaseUrl)?.AbsoluteUri;
    private readonly float? _repetitionPenalty = options.RepetitionPenalty;
    private readonly TimeSpan? _updateInterval = options.UpdateInterval;
    private readonly bool? _profanityCheck = options.ProfanityCheck;
    private readonly KeyValuePair<string, JsonElement>[] _extra = ExtraFields.Copy(options.ExtraBody, nameof(options.ExtraBody));
    private readonly string[] _settings = SettingsOf(options);

    public void Write(Utf8JsonWriter json, LlmRequest request)
    {
        var asked = request.Options;
        RequestJson.Checked(asked?.StopSequences);
        json.WriteStartObject();
        json.WriteString("model"u8, _model);
        json.WriteStartArray("messages"u8);
        GigaChatMessageWriter.Write(json, request.Messages, asked?.Instructions, _server);
        json.WriteEndArray();
        RequestJson.WriteNumber(json, "temperature"u8, asked?.Temperature is 0 ? LeastTemperature : asked?.Temperature);
        RequestJson.WriteNumber(json, "top_p"u8, asked?.TopP);
        if (asked?.MaxOutputTokens is { } limit)
            json.WriteNumber("max_tokens"u8, limit);
        if (!GigaChatFields.IsSet(asked, "repetition_penalty"))
            RequestJson.WriteNumber(json, "repetition_penalty"u8, _repetitionPenalty);
        if (_profanityCheck is { } check && !GigaChatFields.IsSet(asked, "profanity_check"))
            json.WriteBoolean("profanity_check"u8, check);
        if (asked?.ResponseFormat is ChatResponseFormatJson format)
            WriteFormat(json, format);
        if (EffortName(asked?.Reasoning?.Effort) is { } effort)
            json.WriteString("reasoning_effort"u8, effort);
        if (asked is not null)
            GigaChatFunctions.Write(json, asked);
        if (request.Streaming)
        {
            json.WriteBoolean("stream"u8, true);
            if (_updateInterval is { } interval && !GigaChatFields.IsSet(asked, "update_interval"))
                json.WriteNumber("update_interval"u8, interval.TotalSeconds);
        }

        GigaChatFields.Write(json, request, _extra, _settings);
        json.WriteEndObject();
    }

    private static string[] SettingsOf(GigaChatOptions options) =>
    [
        .. options.RepetitionPenalty is null ? Array.Empty<string>() : ["repetition_penalty"],
        .. options.ProfanityCheck is null ? Array.Empty<string>() : ["profanity_check"],
        .. options.UpdateInterval is null ? Array.Empty<string>() : ["update_interval"],
    ];

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormatJson format)
    {
        // Flat, unlike OpenAI's. There is no format for "any JSON": a schema that asks for an object stands for it.
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WritePropertyName("schema"u8);
        if (format.Schema is { } schema)
        {
            WriteSchema(json, schema);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            json.WriteStartObject("properties"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteBoolean("strict"u8, format.Schema is not null);
        json.WriteEndObject();
    }

    private static void WriteSchema(Utf8JsonWriter json, JsonElement schema)
    {
        const string Owner = "The schema of ChatOptions.ResponseFormat";
        try
        {
            GigaChatSchema.WriteAnswer(json, schema, Owner);
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, Owner);
        }
    }

    public static string? EffortName(ReasoningEffort? effort) => effort switch
    {
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High or ReasoningEffort.ExtraHigh => "high",
        _ => null,
    };
}
