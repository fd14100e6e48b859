using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>What a request asks of a provider beyond plain text.</summary>
internal static class RequestNeeds
{
    /// <exception cref="LlmException">The caller's lists or options throw: an invalid request.</exception>
    public static ProviderCapabilities Of(LlmRequest request) => RequestFault.Guard(request, Read, CancellationToken.None);

    private static ProviderCapabilities Read(LlmRequest request)
    {
        var needs = ProviderCapabilities.None;
        if (request.Options is { } options)
        {
            if (options.Tools is { Count: > 0 } && options.ToolMode is not NoneChatToolMode)
                needs |= ProviderCapabilities.Tools;
            // Answers in JSON without a schema are asked for in words too; a schema is a promise.
            if (options.ResponseFormat is ChatResponseFormatJson { Schema: not null })
                needs |= ProviderCapabilities.StructuredOutput;
            if (options.Reasoning is { Effort: not (null or ReasoningEffort.None) })
                needs |= ProviderCapabilities.Reasoning;
        }

        return HasImage(request.Messages) ? needs | ProviderCapabilities.Images : needs;
    }

    private static bool HasImage(IReadOnlyList<ChatMessage> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            var contents = messages[i].Contents;
            for (var k = 0; k < contents.Count; k++)
            {
                if (contents[k] is DataContent data && data.HasTopLevelMediaType("image"))
                    return true;
                if (contents[k] is UriContent uri && uri.HasTopLevelMediaType("image"))
                    return true;
            }
        }

        return false;
    }
}
