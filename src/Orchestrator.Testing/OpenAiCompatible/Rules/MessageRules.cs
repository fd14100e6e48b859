using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>Rules about messages. Each takes the vendor's words for what is wrong.</summary>
internal static class MessageRules
{
    public static DialectRule Roles(IReadOnlyCollection<string> allowed, Func<int, string, OpenAiCompatibleError> words) =>
        Each((message, index) => message.StringProperty("role") is { } role && !allowed.Contains(role) ? words(index, role) : null);

    /// <summary>Fields of a message that are not among those the server knows.</summary>
    public static DialectRule Fields(
        IReadOnlyCollection<string> known, Func<int, string, JsonProperty, OpenAiCompatibleError> words) =>
        Each((message, index) =>
        {
            foreach (var field in message.EnumerateObject())
            {
                if (!known.Contains(field.Name))
                    return words(index, message.StringProperty("role") ?? "", field);
            }

            return null;
        });

    /// <summary>Names of a message that do not fit the pattern.</summary>
    public static DialectRule Names(Regex pattern, Func<int, OpenAiCompatibleError> words) =>
        Each((message, index) => message.StringProperty("name") is { } name && !pattern.IsMatch(name) ? words(index) : null);

    /// <summary>Turns of the assistant with neither text nor calls.</summary>
    public static DialectRule NoEmptyTurn(Func<int, OpenAiCompatibleError> words) => Each((message, index) =>
        message.StringProperty("role") == "assistant" && !DialectRequest.HasCalls(message) && DialectRequest.IsEmpty(message)
            && message.Property("function_call") is null && message.Property("refusal") is null
            ? words(index)
            : null);

    /// <summary>Messages of any role without content, but for the assistant's calls.</summary>
    public static DialectRule NoEmptyMessage(Func<int, OpenAiCompatibleError> words) => Each((message, index) =>
        !DialectRequest.HasCalls(message) && DialectRequest.IsEmpty(message) ? words(index) : null);

    /// <summary>Ids of calls, and of the results that answer them, that do not fit the pattern.</summary>
    public static DialectRule CallIds(Regex pattern, Func<string, string, OpenAiCompatibleError> words) => Each((message, index) =>
    {
        var calls = DialectRequest.Objects(message, "tool_calls");
        for (var i = 0; i < calls.Count; i++)
        {
            if (!pattern.IsMatch(calls[i].StringProperty("id") ?? ""))
                return words($"messages[{index}].tool_calls[{i}].id", calls[i].StringProperty("id") ?? "");
        }

        return message.StringProperty("role") == "tool" && message.StringProperty("tool_call_id") is { } id && !pattern.IsMatch(id)
            ? words($"messages[{index}].tool_call_id", id)
            : null;
    });

    /// <summary>Whose message the last may be.</summary>
    public static DialectRule Last(IReadOnlyCollection<string> allowed, Func<string, OpenAiCompatibleError> words) => request =>
        request.Messages.Count > 0 && request.Messages[^1].StringProperty("role") is { } role && !allowed.Contains(role)
            && request.Messages[^1].BooleanProperty("prefix") != true
            ? words(role)
            : null;

    /// <summary>A role that may not follow another.</summary>
    public static DialectRule Never(string role, string after, OpenAiCompatibleError error) => request =>
    {
        for (var i = 1; i < request.Messages.Count; i++)
        {
            if (request.Messages[i].StringProperty("role") == role && request.Messages[i - 1].StringProperty("role") == after)
                return error;
        }

        return null;
    };

    /// <summary>After the system's messages, the assistant and others have to take turns.</summary>
    public static DialectRule Alternating(OpenAiCompatibleError error) => request =>
    {
        bool? wasAssistant = null;
        foreach (var message in request.Messages)
        {
            var role = message.StringProperty("role");
            if (role == "system" && wasAssistant is null)
                continue;
            var isAssistant = role == "assistant";
            if (role == "system" || isAssistant == (wasAssistant ?? true))
                return error;
            wasAssistant = isAssistant;
        }

        return null;
    };

    private static DialectRule Each(Func<JsonElement, int, OpenAiCompatibleError?> check) => request =>
    {
        for (var i = 0; i < request.Messages.Count; i++)
        {
            if (check(request.Messages[i], i) is { } error)
                return error;
        }

        return null;
    };
}
