namespace Orchestrator.BadLuck;

/// <summary>Whether each call ends as its kind must.</summary>
internal sealed class EndCheck(Weather weather, Violations violations, WorldClock clock)
{
    private const int Longest = 160;

    /// <summary>Whether a call is in order itself, so that it has to be answered.</summary>
    public bool IsGood(Call call) => call.Kind switch
    {
        CallKind.Good or CallKind.ToolCall or CallKind.ToolResult or CallKind.SlowArguments => true,
        CallKind.Pinned or CallKind.Conversation => weather.IsInOrder(call.Named!.Number, call.Began, clock.Now),
        // The one other vendor that is asked after a refusal may be out of service.
        CallKind.RefusedByOne => weather.IsAnotherInOrder(call.Named!.Number, call.Began, clock.Now)
            && call.Visits.TrueForAll(v => v.Reply is ReplyKind.Answer or ReplyKind.Refused),
        _ => false,
    };

    public void End(Call call, CallEnd end, CancellationToken token)
    {
        if (IsGood(call))
        {
            violations.Expect(end.IsAnswered, $"a good call fails ({call.Kind})", () => $"{call}: {Said(call, end)}");
            violations.Expect(!end.IsAnswered || IsWhole(call, end), "an answer is not the vendor's", () => $"{call}: '{end.Text}'");
        }
        else if (call.Kind is not (CallKind.Pinned or CallKind.Conversation or CallKind.RefusedByOne))
        {
            violations.Expect(
                IsAsItMust(call, end, token), $"a bad call ends otherwise ({call.Kind})", () => $"{call}: {Said(call, end)}");
        }

        if (call.Kind == CallKind.SlowArguments)
        {
            violations.Expect(
                !call.Attempts.Exists(a => a.Error?.Kind == LlmErrorKind.Timeout), "slow arguments count as silence",
                () => $"{call}: {Said(call, end)}");
        }

        if (call is { Kind: CallKind.ToolResult, NamedWasAvailable: true, Visits: [var first, ..] })
        {
            violations.Expect(
                first.Vendor == call.Named, "a tool loop leaves its provider",
                () => $"{call}: {call.Named!.Name} asked for the tool and was available, {first.Vendor.Name} was asked");
        }
    }

    private static bool IsWhole(Call call, CallEnd end) =>
        call.Kind is CallKind.ToolCall or CallKind.SlowArguments ? end.HasToolCall : end.Text == call.Text;

    private static bool IsAsItMust(Call call, CallEnd end, CancellationToken token) => call.Kind switch
    {
        CallKind.Firewall => end.Kind == LlmErrorKind.MalformedResponse,
        // Nothing is asked after the refusal. A vendor out of service may have come before it, and even in its place.
        CallKind.Flagged => call.Visits.FindIndex(v => v.Reply == ReplyKind.Flagged) is >= 0 and var at
            ? at == call.Visits.Count - 1 && end.Kind == LlmErrorKind.ContentFiltered
            : !end.IsAnswered,
        CallKind.Unwritable => end.Kind == LlmErrorKind.InvalidRequest && call.Visits.Count == 0,
        CallKind.Tight => end.IsAnswered || end.Kind == LlmErrorKind.Timeout || call.Visits.Exists(v => v.Reply != ReplyKind.Answer),
        CallKind.Cancelled => end.IsAnswered
            || (end.Error is OperationCanceledException cancelled && cancelled.CancellationToken == token && token.IsCancellationRequested),
        _ => true,
    };

    private static string Said(Call call, CallEnd end)
    {
        var asked = string.Join(", ", call.Visits.Select(v => $"{v.Vendor.Name}: {v.Reply}"));
        if (end.IsAnswered)
            return $"answered (asked {asked})";
        var words = end.Error!.Message;
        return $"{end.Kind?.ToString() ?? end.Error.GetType().Name} (asked {asked}): {(words.Length > Longest ? words[..Longest] : words)}";
    }
}
