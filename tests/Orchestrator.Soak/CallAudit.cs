namespace Orchestrator.Soak;

/// <summary>What must hold of every single call, by the providers' ledger, the observer and the caller.</summary>
internal static class CallAudit
{
    public static void Check(SoakCall call, Violations violations)
    {
        var (asked, told) = (call.Asked, call.Told);
        if (asked.Count != told.Count)
        {
            violations.Add($"{Of(call)}: {asked.Count} requests at providers, {told.Count} attempts reported");
            return;
        }

        for (var i = 0; i < told.Count; i++)
            CheckAttempt(call, i, violations);
        CheckText(call, violations);
        switch (call.Outcome)
        {
            case AttemptOutcome.Succeeded:
                violations.Expect(
                    told is [.., { Outcome: AttemptOutcome.Succeeded }], () => $"{Of(call)}: an answer without a successful attempt");
                break;
            case AttemptOutcome.Cancelled:
                violations.Expect(call.IsCancelled && call.Error is OperationCanceledException o && o.CancellationToken == call.Token,
                    () => $"{Of(call)}: {call.Error}, though it was not cancelled");
                break;
            case AttemptOutcome.Failed:
                violations.Expect(call.Error is LlmException && told.TrueForAll(a => a.Outcome == AttemptOutcome.Failed),
                    () => $"{Of(call)}: {call.Error}");
                violations.Expect(
                    told.Count > 0 || call.Error is LlmException
                    {
                        Kind: LlmErrorKind.NoCandidate or LlmErrorKind.Overloaded or LlmErrorKind.InvalidRequest
                        or LlmErrorKind.Timeout
                    }, () => $"{Of(call)}: failed without an attempt: {call.Error}");
                break;
        }
    }

    private static void CheckAttempt(SoakCall call, int index, Violations violations)
    {
        var (asked, attempt) = (call.Asked[index], call.Told[index]);
        violations.Expect(ReferenceEquals(attempt.Provider, asked.Provider.Info) && attempt.Number == index + 1,
            () => $"{Of(call)}: attempt {index} is told of {attempt.Provider.Name} as number {attempt.Number}");
        violations.Expect(index == call.Told.Count - 1 || attempt.Outcome == AttemptOutcome.Failed,
            () => $"{Of(call)}: went on after an attempt that {attempt.Outcome}");
        violations.Expect(attempt.Cost == SoakPrices.CostOf(attempt), () =>
            $"{Of(call)}: {attempt.Cost} for {attempt.Usage} of {attempt.Provider.Model}");
        violations.Expect(attempt.Duration >= TimeSpan.Zero && attempt.QueueTime >= TimeSpan.Zero, () => $"{Of(call)}: a time below zero");
        if (attempt.Role == AttemptRole.Trial)
            asked.Provider.WasTrial(asked);
        if (attempt.Role == AttemptRole.Retry)
            violations.Expect(
                call.Told.Take(index).Any(before => before.Provider.Name == attempt.Provider.Name),
                () => $"{Of(call)}: a retry at another provider");
        if (attempt.Outcome != AttemptOutcome.Succeeded)
            return;
        violations.Expect(asked.End is Seen.Completed || asked.GaveFinish, () => $"{Of(call)}: a success of what {asked.End}");
        violations.Expect(asked.Prompt is not { } p || p == attempt.Usage.PromptTokens, () =>
            $"{Of(call)}: {attempt.Usage}, reported were {asked.Prompt}");
        violations.Expect(asked.Completion is not { } c || c == attempt.Usage.CompletionTokens,
            () => $"{Of(call)}: {attempt.Usage}, reported were {asked.Completion}");
    }

    /// <summary>What the caller has, since the last restart, is the beginning of what one provider said;
    /// all of it when the call succeeded.</summary>
    private static void CheckText(SoakCall call, Violations violations)
    {
        var text = call.Text;
        if (text.Length == 0)
        {
            violations.Expect(call.Outcome != AttemptOutcome.Succeeded || call.Asked[^1].Words == 0, () => $"{Of(call)}: an empty answer");
            return;
        }

        var sources = call.Asked.FindAll(a => a.Text(a.Given).StartsWith(text, StringComparison.Ordinal));
        violations.Expect(sources.Count == 1, () => $"{Of(call)}: '{text}' is the beginning of {sources.Count} answers");
        if (call.Outcome == AttemptOutcome.Succeeded && sources.Count == 1)
            violations.Expect(sources[0] == call.Asked[^1] && text == sources[0].Text(sources[0].Words),
                () => $"{Of(call)}: '{text}' passed for the whole answer of {sources[0].Words} words, {sources[0].End}");
    }

    private static string Of(SoakCall call) => $"call {call.Id} ({(call.Streamed ? "streamed" : "buffered")}, {call.Outcome})";
}
