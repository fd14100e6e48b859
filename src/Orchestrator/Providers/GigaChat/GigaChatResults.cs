using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The results of function calls in a conversation, found by the id of the call. The vendor pairs them by name and place.</summary>
internal sealed class GigaChatResults
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FunctionResultContent> _results = new(StringComparer.Ordinal);
    private readonly HashSet<FunctionResultContent> _taken = [];

    public GigaChatResults(IReadOnlyList<ChatMessage> messages)
    {
        foreach (var content in messages.SelectMany(m => m.Contents))
        {
            if (content is FunctionCallContent call)
                _names[call.CallId] = call.Name;
            else if (content is FunctionResultContent result)
                _results.TryAdd(result.CallId, result);
        }
    }

    /// <summary>The result of a call, to be written right behind it.</summary>
    public FunctionResultContent? Take(string callId)
    {
        if (!_results.Remove(callId, out var result))
            return null;
        _taken.Add(result);
        return result;
    }

    public bool WasTaken(FunctionResultContent result) => _taken.Contains(result);

    /// <summary>The function that was called; null when no message makes the call.</summary>
    public string? NameOf(string callId) => _names.GetValueOrDefault(callId);

    /// <summary>A result as the vendor wants it: the text of a JSON object. Anything else becomes the object's only property.</summary>
    public static string ObjectText(object? result)
    {
        var text = ToolJson.Text(result);
        using var parsed = Parse(text);
        if (parsed?.RootElement.ValueKind == JsonValueKind.Object)
            return text;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WritePropertyName("result"u8);
            if (parsed is null)
                json.WriteStringValue(text);
            else
                parsed.RootElement.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            // Plain text, then.
            return null;
        }
    }
}
