using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>The span of one attempt, and the context in which its provider runs while there is one.</summary>
internal struct AttemptTrace
{
    private Activity? _span;
    private ExecutionContext? _context;

    /// <summary>The provider is about to be asked.</summary>
    public void Start(in AttemptInput input)
    {
        if (!Telemetry.HasSpans)
            return;
        try
        {
            var info = input.Provider.Info;
            _span = AttemptSpan.Start(
                input.Call.Span, info, input.Call.Request, input.Streaming, VendorFacts.TelemetryNameOf(info.Vendor));
            _context = _span is null ? null : ExecutionContext.Capture();
        }
#pragma warning disable CA1031 // A listener's fault is none of the call's.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.ObserverFailed(input.Services.Logger, nameof(ActivityListener), error);
        }
    }

    /// <summary>Code of the provider runs next: the span is the current activity. At each pull, for the reader of a stream has a context of
    /// its own; a context that was kept costs no allocation.</summary>
    public readonly void Enter()
    {
        if (_context is not null)
            ExecutionContext.Restore(_context);
        else if (_span is not null)
            Activity.Current = _span;
    }

    /// <summary>The attempt has ended.</summary>
    /// <returns>Whether anything listens.</returns>
    public readonly bool End(LlmAttempt record, in AttemptInput input, in AttemptAnswer answer, ChatResponseUpdate? last)
    {
        var telemetry = input.Services.Telemetry;
        if (!telemetry.Takes(_span))
            return false;
        try
        {
            var whole = last?.RawRepresentation as ChatResponse;
            telemetry.EndAttempt(_span, record, new(
                VendorFacts.TelemetryNameOf(record.Provider.Vendor),
                whole?.ResponseId ?? last?.ResponseId,
                whole?.ModelId ?? last?.ModelId,
                answer.FinishReason));
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.ObserverFailed(input.Services.Logger, nameof(ActivityListener), error);
        }

        return true;
    }
}
