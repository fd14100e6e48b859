using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Writes JSON as servers do: UTF-8 without escapes where JSON allows it.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void WriteObject(this Utf8JsonWriter json, string name, Action write)
    {
        json.WriteStartObject(name);
        write();
        json.WriteEndObject();
    }

    public static void WriteStringOrNull(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
            json.WriteNull(name);
        else
            json.WriteString(name, value);
    }

    /// <summary>A property of an object; null when there is none, or when it is null.</summary>
    public static JsonElement? Property(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string? StringProperty(this JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool? BooleanProperty(this JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>How many tokens a chat's prompt is, messages and tools on offer, by the fake's rough rule.</summary>
    public static int TokensOfPrompt(this JsonElement body) =>
        (body.Property("messages") ?? default).TokensOfMessages() + body.TokensOfTools();

    /// <summary>How many tokens the tools on offer are: four characters of their JSON each.</summary>
    public static int TokensOfTools(this JsonElement body) =>
        FakeReply.Tokens((body.Property("tools") ?? body.Property("functions"))?.GetRawText());

    /// <summary>How many tokens the messages of a chat are, by the fake's rough rule.</summary>
    public static int TokensOfMessages(this JsonElement messages)
    {
        var count = 0;
        if (messages.ValueKind != JsonValueKind.Array)
            return count;
        foreach (var message in messages.EnumerateArray())
        {
            if (message.Property("content") is { } content)
                count += FakeReply.Tokens(content.ValueKind == JsonValueKind.String ? content.GetString() : content.GetRawText());
            if ((message.Property("tool_calls") ?? message.Property("function_call")) is { } calls)
                count += FakeReply.Tokens(calls.GetRawText());
        }

        return Math.Max(1, count);
    }
}
