using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>What the reason means that an answer ended for: the vendor's own words, and those of gateways before it.</summary>
internal static class GigaChatFinish
{
    /// <summary>The model could not go on: the answer is not whole, whatever it says.</summary>
    public static bool IsFailure(string? reason) => Plain(reason) switch
    {
        // The model made invalid arguments for a function.
        "error" => true,
        "abort" or "aborted" or "cancelled" or "canceled" or "timeout" or "failed" => true,
        "network_error" or "server_error" or "internal_error" or "insufficient_system_resource" => true,
        _ => false,
    };

    /// <summary>The reason in the vocabulary of the answer; null for one that is not known.</summary>
    public static ChatFinishReason? Known(string? reason) => Plain(reason) switch
    {
        null or "" or "stop" or "end_turn" => ChatFinishReason.Stop,
        "length" or "max_tokens" or "model_length" => ChatFinishReason.Length,
        "function_call" or "tool_calls" => ChatFinishReason.ToolCalls,
        "blacklist" or "request_blacklist" or "response_blacklist" or "request_filter" or "content_filter" or "sensitive" =>
            ChatFinishReason.ContentFilter,
        _ => null,
    };

    private static string? Plain(string? reason) => reason?.Trim().ToLowerInvariant();
}
