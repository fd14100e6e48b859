namespace Orchestrator;

/// <summary>The names of spans and their attributes, each in one place: OpenTelemetry's conventions for generative AI are in
/// development.</summary>
internal static class SpanNames
{
    public const string Chat = "chat";
    public const string Route = "route";

    public const string Operation = "gen_ai.operation.name";
    public const string Provider = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string Stream = "gen_ai.request.stream";
    public const string MaxTokens = "gen_ai.request.max_tokens";
    public const string Temperature = "gen_ai.request.temperature";
    public const string TopP = "gen_ai.request.top_p";
    public const string TopK = "gen_ai.request.top_k";
    public const string Seed = "gen_ai.request.seed";
    public const string Stops = "gen_ai.request.stop_sequences";
    public const string FrequencyPenalty = "gen_ai.request.frequency_penalty";
    public const string PresencePenalty = "gen_ai.request.presence_penalty";
    public const string OutputType = "gen_ai.output.type";
    public const string Conversation = "gen_ai.conversation.id";
    public const string ResponseId = "gen_ai.response.id";
    public const string ResponseModel = "gen_ai.response.model";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string FirstChunk = "gen_ai.response.time_to_first_chunk";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string CachedTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string CacheWrite141 = "gen_ai.usage.cache_creation.input_tokens";
    public const string CacheWrite010 = "gen_ai.usage.cache_write.input_tokens";
    public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string TokenModality = "gen_ai.token.modality";
    public const string Server = "server.address";
    public const string Port = "server.port";
    public const string Error = "error.type";

    /// <summary>The finish reason of an answer that was cut or cancelled, in v0.1.0.</summary>
    public const string CutReason = "error";

    public const string Name = "orchestrator.provider";
    public const string CallId = "orchestrator.call.id";
    public const string Attempt = "orchestrator.attempt.number";
    public const string Attempts = "orchestrator.attempts";
    public const string Role = "orchestrator.attempt.role";
    public const string Outcome = "orchestrator.outcome";
    public const string Strategy = "orchestrator.strategy";
    public const string Code = "orchestrator.provider.code";
    public const string RequestId = "orchestrator.request.id";
    public const string QueueTime = "orchestrator.queue.duration";
    public const string Cost = "orchestrator.cost.amount";
    public const string Currency = "orchestrator.cost.currency";
    public const string CostSource = "orchestrator.cost.source";
    public const string Cause = "orchestrator.waste.cause";
    public const string State = "orchestrator.state";

    /// <summary>The words of outcomes, by <see cref="AttemptOutcome"/>; those of the metrics' label.</summary>
    public static string[] Outcomes { get; } = ["success", "failure", "cancelled", "abandoned"];

    /// <summary>The words of roles, by <see cref="AttemptRole"/>.</summary>
    public static string[] Roles { get; } = ["first", "failover", "restart", "retry", "trial"];

    /// <summary>The words of states, by <see cref="ProviderAvailability"/>; those of the metrics' label.</summary>
    public static string[] States { get; } = ["available", "at_capacity", "ejected", "trial", "excluded"];

    /// <summary>The words of causes, by <see cref="WasteCause"/>.</summary>
    public static string[] Causes { get; } = ["failed", "cancelled", "abandoned", "restarted"];
}
