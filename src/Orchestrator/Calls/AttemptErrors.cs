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
    public static LlmException Thrown(Exception error, bool hasContent, in AttemptInput input)
    {
        try
        {
            var mapped = ExceptionMapper.Map(error, CancellationToken.None, started: hasContent, request: input.Call.Request);
            var vendor = input.Provider.Info.Vendor;
            // A route of a router inside this one is no vendor's error.
            return mapped.GetType() == typeof(LlmException)
                && Array.Find(input.Services.KnownErrors, row => row.Fits(mapped, vendor)) is { } known && known.Kind != mapped.Kind
                ? mapped.Copy(mapped, known.Kind)
                : mapped;
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
        if (answer.HasContent || (answer is { FinishReason: { } known, Said: null } && FinishNames.IsKnown(known)))
            return null;
        if (answer.Said is { } said)
            return ErrorAnswer.Of(said, answer.IsRefusal, provider, input.Call.Request);
        // What an unknown end means, nothing tells; without content it is taken for no answer.
        var reason = answer.FinishReason is { } unknown ? $"the unknown finish reason '{FinishNames.Shown(unknown)}'" : "a finish reason";
        return new(LlmErrorKind.MalformedResponse, answer.FinishReason is null
            ? $"Provider '{provider}' ended its answer with neither content nor {reason}."
            : $"Provider '{provider}' ended its answer with {reason} and without content.");
    }
}
