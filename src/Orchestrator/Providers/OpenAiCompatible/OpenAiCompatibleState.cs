using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>What an answer of chat completions holds for its vendor alone, and how the next request gives it back.</summary>
internal static class OpenAiCompatibleState
{
    /// <summary>The members of a call that the protocol does not know.</summary>
    public const string Call = "call";

    /// <summary>The members of the message that the protocol does not know.</summary>
    public const string Message = "message";

    /// <summary>The field that the reasoning came in.</summary>
    public const string Field = "field";

    private static readonly string[] Fields = ["reasoning_content", "reasoning"];

    /// <summary>Whether a member of a message goes back with it.</summary>
    public static bool Keeps(ReadOnlySpan<byte> field) =>
        field.SequenceEqual("reasoning_details"u8) || field.SequenceEqual("extra_content"u8);

    /// <summary>Writes the reasoning and the vendor's own members of an assistant's turn.</summary>
    /// <returns>The field that the reasoning was written to; null for none.</returns>
    public static string? WriteMessage(Utf8JsonWriter json, ChatMessage message, ProviderInfo info)
    {
        string? field = null;
        foreach (var content in message.Contents)
        {
            if (VendorState.Of(content, info) is not { } state)
                continue;
            if (field is null && state.TryGetProperty(Field, out var name) && Array.Find(Fields, name.ValueEquals) is { } known
                && Reasoning(message) is { Length: > 0 } text)
            {
                json.WriteString(known, text);
                field = known;
            }

            WriteMembers(json, state, Message);
        }

        return field;
    }

    /// <summary>Writes the vendor's own members of a call.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool WriteCall(Utf8JsonWriter json, FunctionCallContent call, ProviderInfo info) =>
        VendorState.Of(call, info) is { } state && WriteMembers(json, state, Call);

    /// <summary>Adds the details of reasoning that a stream brings in pieces: texts of the same entry are joined.</summary>
    public static void AddDetails(JsonObject members, string name, JsonNode? value)
    {
        if (value is not JsonArray pieces || members[name] is not JsonArray all)
        {
            members[name] = value?.DeepClone();
            return;
        }

        foreach (var piece in pieces)
        {
            if (piece is JsonObject part && LastOf(all, part) is { } entry)
                Join(entry, part);
            else
                all.Add(piece?.DeepClone());
        }
    }

    private static string Reasoning(ChatMessage message) =>
        string.Concat(message.Contents.OfType<TextReasoningContent>().Select(c => c.Text));

    private static bool WriteMembers(Utf8JsonWriter json, JsonElement state, string name)
    {
        if (!state.TryGetProperty(name, out var members) || members.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var member in members.EnumerateObject())
            member.WriteTo(json);
        return true;
    }

    private static JsonObject? LastOf(JsonArray all, JsonObject part) =>
        part["index"] is { } index && all.LastOrDefault(e => e is JsonObject o && JsonNode.DeepEquals(o["index"], index)
            && JsonNode.DeepEquals(o["type"], part["type"])) is JsonObject entry
            ? entry
            : null;

    private static void Join(JsonObject entry, JsonObject part)
    {
        foreach (var (name, value) in part)
        {
            if (name is "text" or "summary" or "data" && entry[name] is JsonValue before && value is JsonValue after
                && before.TryGetValue(out string? head) && after.TryGetValue(out string? tail))
                entry[name] = head + tail;
            else if (value is not null)
                entry[name] = value.DeepClone();
        }
    }
}
