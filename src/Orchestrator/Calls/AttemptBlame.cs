namespace Orchestrator;

/// <summary>What the end of an attempt that did not succeed means for its provider.</summary>
internal static class AttemptBlame
{
    /// <param name="input">What the attempt was given.</param>
    /// <param name="error">Why it failed; null when it was cancelled or abandoned.</param>
    /// <param name="limit">The limit that ran out, if one did.</param>
    /// <param name="hadEvent">Whether anything of an answer came.</param>
    /// <param name="spent">The time the provider took, in stamps.</param>
    public static HealthVerdict Of(in AttemptInput input, LlmException? error, AttemptLimit? limit, bool hadEvent, long spent)
    {
        var services = input.Services;
        var own = input.Provider.Timeouts;
        // Only the call's own limit ran out: no provider is to blame for the time that others took.
        var isToBlame = error is not null && limit != AttemptLimit.Call && !IsCallersWish(input, error, limit, spent);
        var verdict = error is null
            ? new HealthVerdict(false, LlmErrorKind.Timeout, services.Chance.Jitter())
            : services.Rules.VerdictOn(error, isToBlame, services.Health, services.Chance);
        if (hadEvent || isToBlame)
            return verdict with { HadEvent = hadEvent };
        var patience = input.Streaming && own.FirstToken is { } first && first != Timeout.InfiniteTimeSpan ? first : own.Attempt;
        return verdict with
        {
            Silence = spent,
            SilenceLimit = patience is { } p && p != Timeout.InfiniteTimeSpan ? services.Clock.Stamps(p) : 0,
        };
    }

    /// <summary>Whether a limit ran out that the request has made tighter than the provider's own.</summary>
    private static bool IsCallersWish(in AttemptInput input, LlmException error, AttemptLimit? limit, long spent)
    {
        if (input.Call.Request.Timeouts is not { } asked)
            return false;
        var own = input.Provider.Timeouts;
        return limit switch
        {
            AttemptLimit.FirstToken => IsTighter(asked.FirstToken, own.FirstToken),
            AttemptLimit.Idle => IsTighter(asked.Idle, own.Idle),
            AttemptLimit.Attempt => IsTighter(asked.Attempt, own.Attempt),
            AttemptLimit.Stream => IsTighter(asked.Stream, own.Stream),
            AttemptLimit.Call => true,
            // The provider keeps the limit to connect itself. A status comes from a server that was reached.
            _ => error is { Kind: LlmErrorKind.Timeout, StatusCode: null }
                && IsTighter(asked.Connect, own.Connect)
                && (own.Connect is not { } connect || connect == Timeout.InfiniteTimeSpan || input.Services.Clock.Span(spent) < connect),
        };
    }

    private static bool IsTighter(TimeSpan? asked, TimeSpan? own) =>
        asked is { } a && a != Timeout.InfiniteTimeSpan && (own is not { } o || o == Timeout.InfiniteTimeSpan || a < o);
}
