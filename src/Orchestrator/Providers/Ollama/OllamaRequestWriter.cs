using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.DependencyInjection;

namespace Orchestrator.Providers;

/// <summary>Writes a request of <c>/api/chat</c>. <c>stream</c> is always sent: its default is true.</summary>
internal sealed class OllamaRequestWriter
{
    private readonly ProviderInfo _info;
    private readonly string _model;
    private readonly int? _contextLength;
    private readonly TimeSpan? _keepAlive;
    private readonly bool? _think;
    private readonly bool? _truncate;
    private static readonly string[] KnownOptions =
    [
        "num_ctx", "num_predict", "num_keep", "num_batch", "num_gpu", "main_gpu", "num_thread", "temperature", "top_k", "top_p", "min_p",
        "typical_p", "seed",
        "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty", "mirostat", "mirostat_tau", "mirostat_eta", "use_mmap",
        "numa", "penalize_newline",
    ];

    private readonly KeyValuePair<string, double>[] _more;
    private readonly KeyValuePair<string, JsonElement>[] _extra;

    public OllamaRequestWriter(OllamaOptions options, ProviderInfo info)
    {
        _info = info;
        _model = options.Model;
        _contextLength = options.ContextLength;
        _keepAlive = options.KeepAlive;
        _think = options.Think;
        _truncate = options.Truncate;
        _more = [.. options.ModelOptions];
        _extra = ExtraFields.Copy(options.ExtraBody, nameof(options.ExtraBody));
        if (Array.Find(_more, o => !double.IsFinite(o.Value)) is { Key: { } name })
            throw new ArgumentException($"{Entry("OllamaOptions.ModelOptions", name)} is no finite number.", nameof(options));
    }

    /// <summary>An option as a message may name it: its name is shown only if it resembles one of the server's.</summary>
    public static string Entry(string setting, string name) =>
        ShownValue.IsNear(name, KnownOptions) ? $"{setting}:{name}" : $"An entry of {setting}";

    public void Write(Utf8JsonWriter json, LlmRequest request)
    {
        var fields = OllamaFields.Of(request.Options?.AdditionalProperties, _extra);
        json.WriteStartObject();
        json.WriteString("model"u8, _model);
        json.WriteStartArray("messages"u8);
        if (request.Options?.Instructions is { Length: > 0 } instructions)
            OllamaMessageWriter.WriteText(json, "system", instructions);
        OllamaMessageWriter.Write(json, request.Messages, _info);
        json.WriteEndArray();
        json.WriteBoolean("stream"u8, request.Streaming);
        WriteThink(json, request.Options);
        if (_truncate is { } truncate)
            json.WriteBoolean("truncate"u8, truncate);
        if (_keepAlive is { } alive)
            json.WriteString("keep_alive"u8, Duration(alive));
        WriteFormat(json, request.Options?.ResponseFormat);
        WriteTools(json, request.Options);
        WriteOptions(json, request.Options, fields?.Options);
        fields?.WriteBody(json, name => IsInBody(name, request.Options));
        json.WriteEndObject();
    }

    private bool IsInBody(string name, ChatOptions? options) => name switch
    {
        "think" => _think is not null || options?.Reasoning?.Effort is not null,
        "truncate" => _truncate is not null,
        "keep_alive" => _keepAlive is not null,
        "format" => options?.ResponseFormat is ChatResponseFormatJson,
        _ => false,
    };

    /// <summary>A duration in Ollama's form, 64 bits of nanoseconds: more than 292 years, or less than zero, means
    /// forever.</summary>
    private static string Duration(TimeSpan length) =>
        length < TimeSpan.Zero || length.TotalMilliseconds > long.MaxValue / 1_000_000
            ? "-1s"
            : string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(length.TotalMilliseconds)}ms");

    private void WriteThink(Utf8JsonWriter json, ChatOptions? options)
    {
        switch (options?.Reasoning?.Effort)
        {
            case ReasoningEffort.None:
                json.WriteBoolean("think"u8, false);
                break;
            case ReasoningEffort.Low:
                json.WriteString("think"u8, "low"u8);
                break;
            case ReasoningEffort.Medium:
                json.WriteString("think"u8, "medium"u8);
                break;
            case ReasoningEffort.High:
                json.WriteString("think"u8, "high"u8);
                break;
            case ReasoningEffort.ExtraHigh:
                json.WriteString("think"u8, "max"u8);
                break;
            default:
                if (_think is { } think)
                    json.WriteBoolean("think"u8, think);
                break;
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormat? format)
    {
        if (format is not ChatResponseFormatJson wanted)
            return;
        if (wanted.Schema is { } schema)
        {
            json.WritePropertyName("format"u8);
            RequestJson.WriteSchema(json, schema);
        }
        else
        {
            json.WriteString("format"u8, "json"u8);
        }
    }

    private static void WriteTools(Utf8JsonWriter json, ChatOptions? options)
    {
        // There is no tool_choice: for "none" no tools are sent.
        if (options?.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode)
            return;
        if (options.ToolMode is RequiredChatToolMode)
        {
            throw new LlmException(
                LlmErrorKind.NotSupported, "ChatOptions.ToolMode requires a call, which Ollama cannot promise; use Auto.");
        }

        ToolJson.WriteFunctions(json, tools);
    }

    private void WriteOptions(Utf8JsonWriter json, ChatOptions? options, IReadOnlyDictionary<string, object?>? fields)
    {
        var begun = false;
        Whole("num_ctx"u8, _contextLength);
        Whole("num_predict"u8, options?.MaxOutputTokens);
        Number("temperature"u8, options?.Temperature);
        Number("top_p"u8, options?.TopP);
        Whole("top_k"u8, options?.TopK);
        Number("presence_penalty"u8, options?.PresencePenalty);
        Number("frequency_penalty"u8, options?.FrequencyPenalty);
        Whole("seed"u8, options?.Seed);
        foreach (var (name, value) in _more)
        {
            if (IsSaid(name, options) || fields?.ContainsKey(name) == true)
                continue;
            Begin();
            json.WriteNumber(name, value);
        }

        if (options?.StopSequences is { Count: > 0 } stops)
        {
            Begin();
            RequestJson.WriteStops(json, stops);
        }

        foreach (var (name, value) in fields ?? new Dictionary<string, object?>())
        {
            if (IsSaid(name, options))
                continue;
            Begin();
            json.WritePropertyName(name);
            ExtraFields.WriteValue(json, name, value);
        }

        if (begun)
            json.WriteEndObject();

        void Begin()
        {
            if (!begun)
                json.WriteStartObject("options"u8);
            begun = true;
        }

        void Whole(ReadOnlySpan<byte> name, long? value)
        {
            if (value is not { } number)
                return;
            Begin();
            json.WriteNumber(name, number);
        }

        // Written as a float: 0.7 is sent as 0.7.
        void Number(ReadOnlySpan<byte> name, float? value)
        {
            if (value is null)
                return;
            Begin();
            RequestJson.WriteNumber(json, name, value);
        }
    }

    /// <summary>Whether the request or a setting of its own sets an option already: then that value is used.</summary>
    private bool IsSaid(string name, ChatOptions? options) => name switch
    {
        "num_ctx" => _contextLength is not null,
        "num_predict" => options?.MaxOutputTokens is not null,
        "temperature" => options?.Temperature is not null,
        "top_p" => options?.TopP is not null,
        "top_k" => options?.TopK is not null,
        "presence_penalty" => options?.PresencePenalty is not null,
        "frequency_penalty" => options?.FrequencyPenalty is not null,
        "seed" => options?.Seed is not null,
        "stop" => options?.StopSequences is { Count: > 0 },
        _ => false,
    };
}
