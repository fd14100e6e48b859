using System.Diagnostics;

namespace Orchestrator;

/// <summary>The span of a call: the parent of its attempts' spans. It has no tokens, which would be counted twice.</summary>
internal static class CallSpan
{
    /// <summary>Starts it. It becomes the current activity.</summary>
    /// <returns>Null when nothing samples it.</returns>
    public static Activity? Start(LlmRequest request, string? strategy)
    {
        var model = request.Options?.ModelId;
        var span = Telemetry.Source.StartActivity(string.IsNullOrEmpty(model) ? SpanNames.Route : $"{SpanNames.Route} {model}");
        if (span is not { IsAllDataRequested: true })
            return span;
        if (!string.IsNullOrEmpty(model))
            span.SetTag(SpanNames.RequestModel, model);
        span.SetTag(SpanNames.Strategy, strategy);
        return span;
    }

    /// <summary>Ends it with what the call's record says.</summary>
    public static void End(Activity span, LlmCall call)
    {
        if (span.IsAllDataRequested)
        {
            span.SetTag(SpanNames.CallId, call.Id.ToString());
            span.SetTag(SpanNames.Attempts, call.Attempts.Count);
            span.SetTag(SpanNames.Outcome, SpanNames.Outcomes[(int)call.Outcome]);
            if (call.Provider is { } provider)
                span.SetTag(SpanNames.Name, provider.Name);
        }

        if (call.Outcome == AttemptOutcome.Failed)
        {
            if (call.Error is { } error)
                span.SetTag(SpanNames.Error, error.Kind.ToString());
            span.SetStatus(ActivityStatusCode.Error, call.Error?.Message);
        }

        span.Stop();
    }
}
