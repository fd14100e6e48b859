using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Rules about what a model has said and has to be given back. Each takes the vendor's words for what is missing.</summary>
internal static class StateRules
{
    /// <summary>The reasoning that led to calls comes back with them.</summary>
    /// <param name="field">The field of the assistant's message.</param>
    /// <param name="thinks">Whether the model of a request is known to think, besides one whose answers held reasoning.</param>
    /// <param name="words">The words, given the message's index.</param>
    /// <param name="emptyWillDo">Whether an empty text is as good as any.</param>
    public static DialectRule Reasoning(
        string field, Func<DialectRequest, bool> thinks, Func<int, OpenAiCompatibleError> words, bool emptyWillDo = true) => request =>
    {
        if (!request.Sent.HasThought && !thinks(request))
            return null;
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            if (message.StringProperty("role") == "assistant" && DialectRequest.HasCalls(message)
                && message.StringProperty(field) is var text && (text is null || (text.Length == 0 && !emptyWillDo)))
            {
                return words(i);
            }
        }

        return null;
    };

    /// <summary>
    /// The first call of every step since the user's last message bears a signature: the one the server gave it, or the one that the
    /// vendor's documents allow for calls of other models.
    /// </summary>
    /// <param name="missing">The words, given the function's name and the position of its message.</param>
    /// <param name="wrong">The words for a signature that is not the server's.</param>
    public static DialectRule Signatures(Func<string, int, OpenAiCompatibleError> missing, OpenAiCompatibleError wrong) => request =>
    {
        var user = request.Messages.ToList().FindLastIndex(m => m.StringProperty("role") == "user");
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var calls = DialectRequest.Objects(request.Messages[i], "tool_calls");
            for (var c = 0; c < calls.Count; c++)
            {
                var name = calls[c].Property("function")?.StringProperty("name") ?? "";
                var signature = calls[c].Property("extra_content")?.Property("google")?.StringProperty("thought_signature");
                if (signature is null && c == 0 && i > user)
                    return missing(name, i + 1);
                if (signature is not null && signature != SentState.NoSignature && !request.Sent.IsMine(signature, name))
                    return wrong;
            }
        }

        return null;
    };

    /// <summary>A field of the assistant's messages with calls that this server has made.</summary>
    /// <param name="field">The field.</param>
    /// <param name="words">The words, given the function's name and the position of its message.</param>
    public static DialectRule OwnCalls(string field, Func<string, int, OpenAiCompatibleError> words) => request =>
    {
        for (var i = 0; i < request.Messages.Count && request.Sent.HasThought; i++)
        {
            foreach (var call in DialectRequest.Objects(request.Messages[i], "tool_calls"))
            {
                var name = call.Property("function")?.StringProperty("name") ?? "";
                if (request.Sent.IsMineById(call.StringProperty("id") ?? "", name)
                    && request.Messages[i].Property(field) is not { ValueKind: JsonValueKind.Array })
                {
                    return words(name, i + 1);
                }
            }
        }

        return null;
    };
}
