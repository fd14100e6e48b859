using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The id of the state that GigaChat keeps for a message, such as an image it drew. It goes back with the message, and only to the
/// server that gave it.</summary>
/// <remarks>The id of a call is beside the call. That of a message without a call is beside a content that holds nothing else: the
/// properties of a streamed update become those of the response, and would not be in the history.</remarks>
internal static class GigaChatState
{
    /// <summary>The server that knows the id. An id without it is the caller's own, and is sent.</summary>
    private const string ServerProperty = "functions_state_server";

    /// <summary>Keeps the id beside a content.</summary>
    public static void Keep(AIContent content, string id, string? server)
    {
        var kept = content.AdditionalProperties ??= [];
        kept[GigaChatProvider.StateIdProperty] = id;
        if (server is not null)
            kept[ServerProperty] = server;
    }

    public static void Write(Utf8JsonWriter json, FunctionCallContent call, string? server) =>
        Write(json, IdIn(call.AdditionalProperties, server));

    public static void Write(Utf8JsonWriter json, ChatMessage message, string? server) =>
        Write(json, IdIn(message, server));

    public static string? IdIn(ChatMessage message, string? server)
    {
        var id = IdIn(message.AdditionalProperties, server);
        for (var i = 0; i < message.Contents.Count && id is null; i++)
            id = IdIn(message.Contents[i].AdditionalProperties, server);
        return id;
    }

    private static string? IdIn(AdditionalPropertiesDictionary? properties, string? server) =>
        Text(properties, GigaChatProvider.StateIdProperty) is { } id
        && (Text(properties, ServerProperty) is not { } giver || giver == server)
            ? id
            : null;

    private static void Write(Utf8JsonWriter json, string? id)
    {
        if (id is not null)
            json.WriteString("functions_state_id"u8, id);
    }

    /// <summary>Histories that were stored hold JSON elements in place of texts.</summary>
    private static string? Text(AdditionalPropertiesDictionary? properties, string name) =>
        properties?.TryGetValue(name, out var value) is true && value?.ToString() is { Length: > 0 } text ? text : null;
}
