using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Messages for servers that want user and assistant in turns after the system's messages.</summary>
internal static class OpenAiCompatibleTurns
{
    /// <summary>The messages with neighbours of one role joined; their contents are shared.</summary>
    public static List<ChatMessage> Joined(IReadOnlyList<ChatMessage> messages)
    {
        var joined = new List<ChatMessage>(messages.Count);
        var isBeginning = true;
        foreach (var message in messages)
        {
            var isSystem = message.Role == ChatRole.System || message.Role.Value == "developer";
            isBeginning &= isSystem;
            var role = isSystem && !isBeginning ? ChatRole.User : message.Role;
            if (role == ChatRole.Assistant && IsEmpty(message))
                continue;
            if (isBeginning || joined.Count == 0 || joined[^1] is not { } last || last.Role != role || !IsPlain(last) || !IsPlain(message))
                joined.Add(role == message.Role ? message : new ChatMessage(role, message.Contents));
            else
                joined[^1] = new ChatMessage(role, [.. last.Contents, new TextContent("\n\n"), .. message.Contents]);
        }

        return joined;
    }

    private static bool IsEmpty(ChatMessage message) =>
        !OpenAiCompatibleMessageWriter.SaysAnything(message) && !message.Contents.Any(Unsendable.IsImage);

    private static bool IsPlain(ChatMessage message) => !message.Contents.Any(c => c is FunctionCallContent or FunctionResultContent);
}
