using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The results of function calls in a conversation. The vendor pairs them by name and position, the caller by the id of the
/// call.</summary>
/// <remarks>Where a vendor has no ids, the generated ones are unique within one answer only. So a result belongs to the last call before it
/// with the same id.</remarks>
internal sealed class GigaChatResults
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<FunctionResultContent, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FunctionCallContent, FunctionResultContent> _results = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<FunctionResultContent> _taken = new(ReferenceEqualityComparer.Instance);

    public GigaChatResults(IReadOnlyList<ChatMessage> messages)
    {
        var calls = new Dictionary<string, FunctionCallContent>(StringComparer.Ordinal);
        foreach (var content in messages.SelectMany(m => m.Contents))
        {
            if (content is FunctionCallContent call)
            {
                calls[call.CallId] = call;
            }
            else if (content is FunctionResultContent result && calls.TryGetValue(result.CallId, out var made))
            {
                _names.TryAdd(result, made.Name);
                _results.TryAdd(made, result);
            }
        }
    }

    /// <summary>The result of a call, to be written directly after it.</summary>
    public FunctionResultContent? Take(FunctionCallContent call)
    {
        if (!_results.Remove(call, out var result))
            return null;
        _taken.Add(result);
        return result;
    }

    public bool WasTaken(FunctionResultContent result) => _taken.Contains(result);

    /// <summary>The function that was called; null when no message before it makes the call.</summary>
    public string? NameOf(FunctionResultContent result) => _names.GetValueOrDefault(result);

    /// <summary>A result in the vendor's form: the text of a JSON object. Any other value becomes the only property of an object.</summary>
    /// <exception cref="LlmException">It holds what is no text (<see cref="LlmErrorKind.NotSupported"/>).</exception>
    public static string ObjectText(FunctionResultContent result)
    {
        var text = ToolResult.TextOf(result);
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
            // It is plain text.
            return null;
        }
    }
}
