using System.Collections.Frozen;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>What servers call the end of an answer: the known good ends, and those that mean that the answer has failed.</summary>
internal static class FinishNames
{
    private static readonly FrozenDictionary<string, ChatFinishReason> Good = new Dictionary<string, ChatFinishReason>
    {
        ["stop"] = ChatFinishReason.Stop,
        ["end_turn"] = ChatFinishReason.Stop,
        ["eos"] = ChatFinishReason.Stop,
        ["eos_token"] = ChatFinishReason.Stop,
        ["stop_sequence"] = ChatFinishReason.Stop,
        ["stop_token"] = ChatFinishReason.Stop,
        ["complete"] = ChatFinishReason.Stop,
        ["completed"] = ChatFinishReason.Stop,
        ["finish"] = ChatFinishReason.Stop,
        ["finished"] = ChatFinishReason.Stop,
        ["length"] = ChatFinishReason.Length,
        ["max_tokens"] = ChatFinishReason.Length,
        ["max_output_tokens"] = ChatFinishReason.Length,
        ["max_length"] = ChatFinishReason.Length,
        ["model_length"] = ChatFinishReason.Length,
        ["model_context_window_exceeded"] = ChatFinishReason.Length,
        ["tool_calls"] = ChatFinishReason.ToolCalls,
        ["tool_call"] = ChatFinishReason.ToolCalls,
        ["tool_use"] = ChatFinishReason.ToolCalls,
        ["function_call"] = ChatFinishReason.ToolCalls,
        ["content_filter"] = ChatFinishReason.ContentFilter,
        ["content_filtered"] = ChatFinishReason.ContentFilter,
        ["sensitive"] = ChatFinishReason.ContentFilter,
        ["safety"] = ChatFinishReason.ContentFilter,
        ["image_safety"] = ChatFinishReason.ContentFilter,
        ["recitation"] = ChatFinishReason.ContentFilter,
        ["blocklist"] = ChatFinishReason.ContentFilter,
        ["blacklist"] = ChatFinishReason.ContentFilter,
        ["prohibited_content"] = ChatFinishReason.ContentFilter,
        ["spii"] = ChatFinishReason.ContentFilter,
        ["refusal"] = ChatFinishReason.ContentFilter,
        ["guardrail_intervened"] = ChatFinishReason.ContentFilter,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, LlmErrorKind> Failed = new Dictionary<string, LlmErrorKind>
    {
        ["error"] = LlmErrorKind.ServerError,
        ["abort"] = LlmErrorKind.ServerError,
        ["aborted"] = LlmErrorKind.ServerError,
        ["cancel"] = LlmErrorKind.ServerError,
        ["cancelled"] = LlmErrorKind.ServerError,
        ["canceled"] = LlmErrorKind.ServerError,
        ["failed"] = LlmErrorKind.ServerError,
        ["failure"] = LlmErrorKind.ServerError,
        ["exception"] = LlmErrorKind.ServerError,
        ["interrupted"] = LlmErrorKind.ServerError,
        ["internal_error"] = LlmErrorKind.ServerError,
        ["server_error"] = LlmErrorKind.ServerError,
        ["malformed_function_call"] = LlmErrorKind.ServerError,
        ["unexpected_tool_call"] = LlmErrorKind.ServerError,
        ["network_error"] = LlmErrorKind.Unavailable,
        ["overloaded"] = LlmErrorKind.Unavailable,
        ["insufficient_system_resource"] = LlmErrorKind.Unavailable,
        ["insufficient_system_resources"] = LlmErrorKind.Unavailable,
        ["timeout"] = LlmErrorKind.Timeout,
        ["time_limit"] = LlmErrorKind.Timeout,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The finish reason of a name; an unknown name as it came.</summary>
    public static ChatFinishReason Of(string name) =>
        name == "stop" ? ChatFinishReason.Stop : Good.TryGetValue(Plain(name), out var reason) ? reason : new ChatFinishReason(name);

    /// <summary>Whether a reason is one of those that end an answer well.</summary>
    public static bool IsKnown(string reason) => reason is "stop" or "length" or "tool_calls" or "content_filter";

    /// <summary>A reason as a message may show it: a server's text that is no plain word is not shown.</summary>
    public static string Shown(string reason) =>
        reason.Length <= 64 && reason.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':') ? reason : "(no plain word)";

    /// <summary>The kind of failure that a name stands for; null for an end that is none.</summary>
    public static LlmErrorKind? FailureOf(string name) =>
        name == "stop" ? null : Failed.TryGetValue(Plain(name), out var kind) ? kind : null;

    // Bounded, because it is a server's text.
    private static string Plain(string name) => name.Length > 64 ? name : name.Replace('-', '_').ToLowerInvariant();
}
