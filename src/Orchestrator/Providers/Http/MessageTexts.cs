using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The text of a message for protocols that have one text in it.</summary>
internal static class MessageTexts
{
    /// <summary>The texts of a message as one.</summary>
    /// <remarks>The texts of a user are texts of their own, with a line end between them. Those of an assistant may be the pieces of a
    /// stream: they are joined as they came, and only what stands on both sides of something else gets a line end.</remarks>
    public static string Of(ChatMessage message)
    {
        string? first = null;
        StringBuilder? all = null;
        var isAssistant = message.Role == ChatRole.Assistant;
        var (isApart, last) = (false, '\n');
        foreach (var content in message.Contents)
        {
            if (TextOf(content, isAssistant) is not { Length: > 0 } text)
            {
                isApart |= content is not (UsageContent or TextContent);
                continue;
            }

            if (first is null)
            {
                first = text;
            }
            else
            {
                all ??= new StringBuilder(first);
                if ((isApart || !isAssistant) && !char.IsWhiteSpace(last) && !char.IsWhiteSpace(text[0]))
                    all.Append('\n');
                all.Append(text);
            }

            (isApart, last) = (false, text[^1]);
        }

        return all?.ToString() ?? first ?? "";
    }

    /// <summary>Whether a content says anything that is sent: text, an image or a call.</summary>
    public static bool IsSaid(AIContent content, bool isAssistant) =>
        content is FunctionCallContent || Unsendable.IsImage(content) || TextOf(content, isAssistant) is { Length: > 0 };

    /// <summary>The text of a content. What an assistant refused to say is what it said.</summary>
    public static string? TextOf(AIContent content, bool isAssistant) => content switch
    {
        TextContent text => text.Text,
        ErrorContent { ErrorCode: "Refusal" } refusal when isAssistant => refusal.Message,
        _ => null,
    };
}
