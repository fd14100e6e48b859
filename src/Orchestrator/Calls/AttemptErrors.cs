using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>The words of the errors that a failed attempt is recorded with.</summary>
internal static class AttemptErrors
{
    /// <summary>One of the router's own limits ran out.</summary>
    public static LlmException LimitExpired(AttemptLimit limit, TimeoutOptions limits, string provider)
    {
        var (what, length, option) = limit switch
        {
            AttemptLimit.FirstToken => ("the first token", limits.FirstToken, "Timeouts.FirstToken"),
            AttemptLimit.Idle => ("the next token", limits.Idle, "Timeouts.Idle"),
            AttemptLimit.Attempt => ("the answer", limits.Attempt, "Timeouts.Attempt"),
            AttemptLimit.Call => ("the call", limits.Call, "Timeouts.Call"),
            _ => ("the end of the stream", limits.Stream, "Timeouts.Stream"),
        };
        return new LlmException(
            LlmErrorKind.Timeout,
            $"Provider '{provider}' took longer for {what} than the {length!.Value.TotalSeconds:0.###} s that {option} allows; "
            + "raise it if the provider is meant to be that slow.");
    }

    public static LlmException Cancelled(Exception error) => new(LlmErrorKind.Timeout, "The attempt was cancelled by its caller.", error);

    /// <summary>What a provider threw.</summary>
    public static LlmException Thrown(Exception error, bool hasContent, LlmRequest request)
    {
        try
        {
            return ExceptionMapper.Map(error, CancellationToken.None, started: hasContent, request: request);
        }
#pragma warning disable CA1031 // An exception whose own members throw is a failure like any other.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new LlmException(
                LlmErrorKind.Unknown, $"The provider threw {error.GetType().FullName}, whose members throw when they are read.", error);
        }
    }

    public static LlmException NullUpdate(string provider) =>
        new(LlmErrorKind.MalformedResponse, $"Provider '{provider}' yielded null instead of an update.");

    public static LlmException NullContent(string provider) =>
        new(LlmErrorKind.MalformedResponse, $"Provider '{provider}' yielded null among the contents of an update.");

    /// <summary>Why an answer that has come to its end is none; null for one that is.</summary>
    public static LlmException? OfAnswer(in AttemptAnswer answer, in AttemptInput input)
    {
        var provider = input.Provider.Info.Name;
        if (answer.IsRefusal && input.Call.Services.RefusalAction == RefusalAction.NextProvider && !answer.Committed)
            return new(LlmErrorKind.ContentFiltered, $"Provider '{provider}' refused the content (finish reason content_filter).");
        if (answer.HasContent || answer is { FinishReason: not null, Said: null })
            return null;
        return answer.Said is { } said
            ? ErrorAnswer.Of(said, answer.IsRefusal, provider, input.Call.Request)
            : new(LlmErrorKind.MalformedResponse, $"Provider '{provider}' ended its answer with neither content nor a finish reason.");
    }
}
