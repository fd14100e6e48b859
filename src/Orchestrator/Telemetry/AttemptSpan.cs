using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>The span of one attempt: what the client of a model is in OpenTelemetry's conventions.</summary>
internal static class AttemptSpan
{
    /// <summary>Starts it, as a child of the call's. It becomes the current activity.</summary>
    /// <returns>Null when nothing samples it.</returns>
    public static Activity? Start(Activity? call, ProviderInfo provider, LlmRequest request, bool streaming, string vendor)
    {
        var parent = call?.Context ?? Activity.Current?.Context ?? default;
        var span = Telemetry.Source.StartActivity($"{SpanNames.Chat} {provider.Model}", ActivityKind.Client, parent);
        if (span is not { IsAllDataRequested: true })
            return span;
        span.SetTag(SpanNames.Operation, SpanNames.Chat);
        span.SetTag(SpanNames.Provider, vendor);
        span.SetTag(SpanNames.RequestModel, provider.Model);
        span.SetTag(SpanNames.Name, provider.Name);
        if (provider.Endpoint is { } server)
        {
            span.SetTag(SpanNames.Server, server.Host);
            span.SetTag(SpanNames.Port, server.Port);
        }

        if (streaming)
            span.SetTag(SpanNames.Stream, true);
        if (request.Options is { } options)
            SetOptions(span, options);
        return span;
    }

    /// <summary>Ends it with what the attempt's record says.</summary>
    public static void End(Activity span, LlmAttempt record, in AttemptFacts facts, GenAiConventions conventions, bool includeCost)
    {
        if (span.IsAllDataRequested)
        {
            span.SetTag(SpanNames.CallId, record.CallId.ToString());
            span.SetTag(SpanNames.Attempt, record.Number);
            span.SetTag(SpanNames.Role, SpanNames.Roles[(int)record.Role]);
            span.SetTag(SpanNames.Outcome, SpanNames.Outcomes[(int)record.Outcome]);
            SetAnswer(span, record, facts, conventions);
            SetUsage(span, record.Usage, conventions);
            if (record.QueueTime > TimeSpan.Zero)
                span.SetTag(SpanNames.QueueTime, record.QueueTime.TotalSeconds);
            if (includeCost && record.Cost is { } cost)
            {
                span.SetTag(SpanNames.Cost, (double)cost);
                span.SetTag(SpanNames.Currency, record.Currency);
                span.SetTag(SpanNames.CostSource, record.CostSource.ToString());
            }
        }

        if (record.Error is { } error)
            SetError(span, error);
        span.Stop();
    }

    private static void SetOptions(Activity span, ChatOptions options)
    {
        Set(span, SpanNames.MaxTokens, options.MaxOutputTokens);
        Set(span, SpanNames.Temperature, options.Temperature);
        Set(span, SpanNames.TopP, options.TopP);
        Set(span, SpanNames.TopK, options.TopK);
        Set(span, SpanNames.Seed, options.Seed);
        Set(span, SpanNames.FrequencyPenalty, options.FrequencyPenalty);
        Set(span, SpanNames.PresencePenalty, options.PresencePenalty);
        if (options.StopSequences is { Count: > 0 } stops)
            span.SetTag(SpanNames.Stops, stops.ToArray());
        if (options.ResponseFormat is { } format)
            span.SetTag(SpanNames.OutputType, format is ChatResponseFormatJson ? "json" : "text");
        if (!string.IsNullOrEmpty(options.ConversationId))
            span.SetTag(SpanNames.Conversation, options.ConversationId);
    }

    private static void SetAnswer(Activity span, LlmAttempt record, in AttemptFacts facts, GenAiConventions conventions)
    {
        if (facts.ResponseId is { Length: > 0 } id)
            span.SetTag(SpanNames.ResponseId, id);
        if (facts.ResponseModel is { Length: > 0 } model)
            span.SetTag(SpanNames.ResponseModel, model);
        if (record.TimeToFirstToken is { } first)
            span.SetTag(SpanNames.FirstChunk, first.TotalSeconds);
        var isCut = record.Outcome != AttemptOutcome.Succeeded && (conventions & GenAiConventions.GenAi010) != 0;
        if (facts.FinishReason is { Length: > 0 } reason && !isCut)
            span.SetTag(SpanNames.FinishReasons, new[] { reason });
        else if (isCut)
            span.SetTag(SpanNames.FinishReasons, new[] { SpanNames.CutReason });
    }

    private static void SetUsage(Activity span, TokenUsage usage, GenAiConventions conventions)
    {
        span.SetTag(SpanNames.InputTokens, usage.PromptTokens);
        span.SetTag(SpanNames.OutputTokens, usage.CompletionTokens);
        if (usage.CachedTokens > 0)
            span.SetTag(SpanNames.CachedTokens, usage.CachedTokens);
        if (usage.CacheWriteTokens > 0 && (conventions & GenAiConventions.Version141) != 0)
            span.SetTag(SpanNames.CacheWrite141, usage.CacheWriteTokens);
        if (usage.CacheWriteTokens > 0 && (conventions & GenAiConventions.GenAi010) != 0)
            span.SetTag(SpanNames.CacheWrite010, usage.CacheWriteTokens);
        if (usage.ReasoningTokens > 0)
            span.SetTag(SpanNames.ReasoningTokens, usage.ReasoningTokens);
    }

    /// <summary>The messages of these errors hold no prompt and no key.</summary>
    private static void SetError(Activity span, LlmException error)
    {
        span.SetTag(SpanNames.Error, error.Kind.ToString());
        span.SetStatus(ActivityStatusCode.Error, error.Message);
        if (error.ProviderCode is { Length: > 0 } code)
            span.SetTag(SpanNames.Code, code);
        if (error.RequestId is { Length: > 0 } id)
            span.SetTag(SpanNames.RequestId, id);
    }

    private static void Set<T>(Activity span, string name, T? value)
        where T : struct
    {
        if (value is { } some)
            span.SetTag(name, some);
    }
}
