using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>How a server says what went wrong.</summary>
internal sealed record DialectErrors
{
    /// <summary>The vendor's own status and words for a kind; null for OpenAI's.</summary>
    public Func<LlmErrorKind, string, OpenAiCompatibleError?> Of { get; init; } = static (_, _) => null;

    /// <summary>Writes the properties of the body's object.</summary>
    public Action<Utf8JsonWriter, OpenAiCompatibleError> Write { get; init; } = WriteObject;

    /// <summary>Whether the body is an array with that object in it.</summary>
    public bool IsArray { get; init; }

    /// <summary>Whether an error inside a stream is a chunk with choices that finish with <c>error</c>.</summary>
    public bool InChunk { get; init; }

    /// <summary>Whether <c>[DONE]</c> follows an error inside a stream.</summary>
    public bool ThenDone { get; init; }

    public string Body(OpenAiCompatibleError error)
    {
        if (error.Raw is { } raw)
            return raw;
        var body = JsonText.Of(json => Write(json, error));
        return IsArray ? $"[{body}]" : body;
    }

    /// <summary>The same inside a stream, where it is an object.</summary>
    public string EventBody(OpenAiCompatibleError error) => JsonText.Of(json => Write(json, error));

    public VendorError Said(OpenAiCompatibleError error) => new(error.Status, Body(error), ContentType: error.ContentType);

    /// <summary>OpenAI's: an object with message, type, param and code.</summary>
    public static void WriteObject(Utf8JsonWriter json, OpenAiCompatibleError error) =>
        json.WriteObject("error", () => WriteFields(json, error));

    public static void WriteFields(Utf8JsonWriter json, OpenAiCompatibleError error)
    {
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteStringOrNull("param", error.Param);
        json.WriteStringOrNull("code", error.Code);
    }
}
