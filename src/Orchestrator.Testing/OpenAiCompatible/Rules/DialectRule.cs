using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>One thing a strict server refuses; null when a request is in order.</summary>
internal delegate OpenAiCompatibleError? DialectRule(DialectRequest request);

/// <summary>A chat request before a server's rules.</summary>
/// <param name="Body">The body, an object.</param>
/// <param name="Model">The model asked for.</param>
/// <param name="Sent">What the server has sent so far.</param>
internal sealed record DialectRequest(JsonElement Body, string Model, SentState Sent)
{
    /// <summary>The messages that are objects; none when there is no list of them.</summary>
    public IReadOnlyList<JsonElement> Messages { get; } = Objects(Body, "messages");

    /// <summary>The functions on offer, as <c>tools[].function</c>.</summary>
    public IReadOnlyList<JsonElement> Functions { get; } =
        [.. Objects(Body, "tools").Select(t => t.Property("function")).OfType<JsonElement>()];

    public static IReadOnlyList<JsonElement> Objects(JsonElement parent, string name) =>
        parent.Property(name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object)]
            : [];

    public static bool HasCalls(JsonElement message) => Objects(message, "tool_calls").Count > 0;

    /// <summary>Whether a message has no content: none, an empty text, no parts, or parts with empty texts only.</summary>
    public static bool IsEmpty(JsonElement message) => message.Property("content") switch
    {
        null => true,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Length == 0,
        { ValueKind: JsonValueKind.Array } parts => parts.EnumerateArray().All(
            p => p.StringProperty("type") == "text" && p.StringProperty("text") is null or ""),
        _ => false,
    };
}
