namespace Orchestrator.BadLuck;

/// <summary>What the vendors have seen is what the router has reported, attempt by attempt, and each failed as its vendor let it.</summary>
internal sealed class LedgerCheck(Vendor[] vendors, int mostAttempts, Violations violations)
{
    private long _unsent;
    private long _retries;

    public long Attempts { get; private set; }

    public long Calls { get; private set; }

    public void End(Call call)
    {
        Calls++;
        Attempts += call.Attempts.Count;
        _retries += call.Attempts.Count(a => a.Role == AttemptRole.Retry);
        var sent = call.Attempts.Where(WasSent).ToList();
        _unsent += call.Attempts.Count - sent.Count;
        violations.Expect(
            call.Attempts.Count <= mostAttempts, "too many attempts", () => $"{call}: {call.Attempts.Count}, {mostAttempts} allowed");
        violations.Expect(
            sent.Select(a => a.Provider.Name).SequenceEqual(call.Visits.Select(v => v.Vendor.Name)), "attempts and requests differ",
            () => $"{call}: reported {string.Join(", ", sent.Select(a => a.Provider.Name))}, "
                + $"seen {string.Join(", ", call.Visits.Select(v => v.Vendor.Name))}");
        violations.Expect(
            !call.Visits.Exists(v => v.IsOpen), "a call is over and its request goes on",
            () => $"{call}: at {call.Visits.Find(v => v.IsOpen)!.Vendor.Name}");
        foreach (var (attempt, visit) in sent.Zip(call.Visits))
        {
            if (attempt is { Outcome: AttemptOutcome.Failed, Error.StatusCode: >= 400 })
            {
                violations.Expect(
                    attempt.Error.Kind == KindOf(visit.Reply), $"an error is taken for another ({visit.Reply})",
                    () => $"{call}: HTTP {attempt.Error.StatusCode} was {attempt.Error.Kind}, and not {KindOf(visit.Reply)}");
            }
        }
    }

    /// <summary>At the end of the day.</summary>
    /// <param name="metrics">What the router has counted.</param>
    /// <param name="seconds">How long the day was.</param>
    public void Close(IReadOnlyDictionary<string, ProviderMetrics> metrics, double seconds)
    {
        var seen = vendors.Sum(v => v.Seen);
        var counted = metrics.Values.Sum(m => m.TotalRequests);
        violations.Expect(
            counted == seen + _unsent, "totals differ", () => $"{counted} attempts counted, {seen} seen and {_unsent} not sent");
        violations.Expect(
            metrics.Values.All(m => m is { InFlight: 0, Queued: 0 }), "something is left",
            () => string.Join(", ", metrics.Values.Select(m => $"{m.Provider}: {m.InFlight} in flight, {m.Queued} queued")));
        var most = (0.2 * Calls) + (10 * seconds);
        violations.Expect(_retries <= most, "retry budget", () => $"{_retries} retries, {most} allowed");
        violations.Expect(Attempts <= Calls + most, "attempts in all", () => $"{Attempts} attempts of {Calls} calls, {most} more allowed");
    }

    /// <summary>A request that cannot be written is an attempt that no vendor sees.</summary>
    private static bool WasSent(LlmAttempt attempt) => attempt.Error is not { Kind: LlmErrorKind.InvalidRequest, StatusCode: null };

    private static LlmErrorKind KindOf(ReplyKind reply) => reply switch
    {
        ReplyKind.Unauthorized => LlmErrorKind.Authentication,
        ReplyKind.RateLimited => LlmErrorKind.RateLimited,
        ReplyKind.ServerError => LlmErrorKind.ServerError,
        ReplyKind.Busy => LlmErrorKind.Unavailable,
        ReplyKind.Flagged => LlmErrorKind.ContentFiltered,
        ReplyKind.Refused => LlmErrorKind.InvalidRequest,
        _ => LlmErrorKind.MalformedResponse,
    };
}
