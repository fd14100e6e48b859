using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Contents that a protocol has no place for. They are refused before anything is sent, so that a provider that has one is asked:
/// an answer to a message without its file would look like any other.</summary>
internal static class Unsendable
{
    /// <summary>Throws for a content that is neither text nor image, unless it can be left out: what an answer says of itself, and calls
    /// and results of tools that another vendor runs.</summary>
    /// <exception cref="LlmException">It has no place (<see cref="LlmErrorKind.NotSupported"/>).</exception>
    public static void Check(AIContent content, ChatRole role)
    {
        if (content is TextContent or TextReasoningContent or ErrorContent or UsageContent or ToolCallContent or ToolResultContent
            or InputRequestContent or InputResponseContent)
            return;
        if (IsImage(content))
            return;
        // Clients wrap what they do not know in plain contents of the assistant.
        if (content is not (DataContent or UriContent or HostedFileContent or HostedVectorStoreContent) && role == ChatRole.Assistant)
            return;
        throw Of(content);
    }

    public static bool IsImage(AIContent content) => content switch
    {
        DataContent data => data.HasTopLevelMediaType("image"),
        UriContent uri => uri.HasTopLevelMediaType("image"),
        _ => false,
    };

    public static LlmException Of(AIContent content) => new(
        LlmErrorKind.NotSupported,
        content is DataContent or UriContent
            ? $"A message holds a {content.GetType().Name} that is no image; this provider sends text and images only."
            : $"A message holds a {content.GetType().Name}; this provider sends text and images only.");
}
