namespace Orchestrator.Tests.Stress;

/// <summary>Compares what a caller saw, what the observer received, and the providers' own ledger.</summary>
internal sealed class CallAudit(StressRun run)
{
    private const int FewestWhenListChanges = 3;
    private const int FewestAttempts = 4;
    private readonly RoleAudit _roles = new(run);

    /// <summary>Checks an ended call.</summary>
    /// <returns>The outcome it has to be counted under.</returns>
    public AttemptOutcome Check(StressCall call)
    {
        if (call.Asked.Count != call.Told.Count)
        {
            Complain(call, $"{call.Asked.Count} requests reached providers, {call.Told.Count} attempts were reported");
            return call.Seen;
        }

        for (var i = 0; i < call.Told.Count; i++)
        {
            CheckAttempt(call, i);
            _roles.Check(call, i);
        }

        CheckText(call);
        switch (call.Seen)
        {
            case AttemptOutcome.Succeeded:
                CheckSuccess(call);
                break;
            case AttemptOutcome.Failed:
                CheckFailure(call);
                break;
            case AttemptOutcome.Cancelled:
                CheckCancelled(call);
                break;
            default:
                // A consumer that leaves after the last word, or having cancelled, did not abandon an answer.
                if (call.Told[^1].Outcome is AttemptOutcome.Succeeded or AttemptOutcome.Cancelled)
                    return call.Told[^1].Outcome;
                // At the notice of a restart the next provider was not asked yet.
                var atRestart = call is { Restarts: > 0, Text: "" } && call.Told[^1].Outcome == AttemptOutcome.Failed;
                Expect(call, atRestart || call.Told[^1].Outcome == AttemptOutcome.Abandoned,
                    $"left early, but the attempt {call.Told[^1].Outcome}");
                break;
        }

        return call.Seen;
    }

    private void CheckAttempt(StressCall call, int index)
    {
        var (asked, told) = (call.Asked[index], call.Told[index]);
        Expect(call, told.Number == index + 1, $"attempt {index + 1} was told as number {told.Number}");
        Expect(call, told.CallId == call.Told[0].CallId, "its attempts have different call ids");
        Expect(call, ReferenceEquals(told.Provider, asked.Provider.Info),
            $"{asked.Provider.Info.Name} was asked, {told.Provider.Name} was told");
        Expect(call, IsRight(call, asked, told),
            $"{asked.Provider.Info.Name} saw {asked.Ending} {asked.Kind}, told was {told.Outcome} {told.Error?.Kind}");
        Expect(call, told.Outcome == AttemptOutcome.Failed == told.Error is not null, $"{told.Outcome} with error {told.Error?.Kind}");
        Expect(call, told.Duration >= TimeSpan.Zero && told.TimeToFirstToken is not { } first || told.TimeToFirstToken >= TimeSpan.Zero,
            "a negative time");
        Expect(call, told.Cost == StressPrices.CostOf(told), $"{told.Usage} at {told.Provider.Model} cost {told.Cost}");

        var usage = told.Usage;
        Expect(call, asked.Prompt is not { } prompt || usage.PromptTokens == prompt,
            $"{asked.Prompt} prompt tokens reported, told {usage}");
        Expect(call, asked.Completion is not { } completion || usage.CompletionTokens == completion,
            $"{asked.Completion} completion tokens reported, told {usage}");
        var source = asked.Prompt is not null && asked.Completion is not null ? UsageSource.Provider
            : asked.Prompt is not null || asked.Completion is not null || asked.GaveAnything || told.Outcome == AttemptOutcome.Succeeded
                ? UsageSource.Estimate
            : UsageSource.None;
        Expect(call, usage.Source == source, $"usage {usage}, expected from {source}");
        Expect(call, asked.Completion is not null || asked.GaveAnything == usage.CompletionTokens > 0,
            $"usage {usage} for {asked.GivenWords} words");
    }

    private bool IsRight(StressCall call, AskedAttempt asked, LlmAttempt told)
    {
        switch (told.Outcome)
        {
            case AttemptOutcome.Succeeded:
                // A fault after the completion mark breaks no answer.
                return asked is { Ending: Ending.Completed or Ending.Left, GaveAnything: true }
                    or { Ending: not Ending.None and not Ending.SawCancel, GaveFinish: true };
            case AttemptOutcome.Cancelled:
                return call.WasCancelled && asked.Ending != Ending.None
                    && !(asked.Ending == Ending.Completed && asked is { GaveAnything: true, GaveRefusal: false });
            case AttemptOutcome.Abandoned:
                return asked is { Ending: Ending.Left, GaveFinish: false } && call.Seen == AttemptOutcome.Abandoned;
            default:
                if (asked is { Ending: Ending.Threw, GaveFinish: false })
                    return told.Error!.Kind == asked.Kind;
                return asked.Ending is Ending.Completed or Ending.Threw && told.Error!.Kind ==
                    (asked.GaveRefusal
                        ? LlmErrorKind.ContentFiltered
                        : !asked.GaveAnything && !asked.GaveFinish ? LlmErrorKind.MalformedResponse : LlmErrorKind.Unknown);
        }
    }

    /// <summary>The text is the beginning of what one provider said, the last one asked, each word once and in order.</summary>
    private void CheckText(StressCall call)
    {
        var text = call.Text;
        if (text.Length == 0)
            return;
        var said = call.Asked[^1];
        var words = text.Count(c => c == '«');
        Expect(call, words <= said.GivenWords && text == said.Text(words),
            $"got «{text}», the last provider said «{said.Text(said.GivenWords)}»");
        Expect(call, words == said.GivenWords || call.Seen == AttemptOutcome.Abandoned, $"got {words} words of {said.GivenWords}");
    }

    private void CheckSuccess(StressCall call)
    {
        var (said, told) = (call.Asked[^1], call.Told[^1]);
        Expect(call, told.Outcome == AttemptOutcome.Succeeded, $"answered by an attempt that {told.Outcome}");
        Expect(call, call.Route is not null && call.Route.Attempts.SequenceEqual(call.Told), "the route differs from what was observed");
        Expect(call, call.Route!.Usage == told.Usage && call.Route.Cost == told.Cost, "usage or cost differ between route and attempt");
        Expect(call, call.Text == said.Text(said.GivenWords) && (said.GivenWords == 0 || said.GivenWords == said.Words),
            "an incomplete answer passed for whole");
        Expect(call, call.SeenToolCalls == said.GivenToolCalls, $"{call.SeenToolCalls} tool calls seen, {said.GivenToolCalls} made");
        if (call.Response is { } response && said.Whole is { } whole)
            Expect(call, ReferenceEquals(response.Response.Messages[0], whole.Messages[0]), "the provider's own message was not handed on");
        Expect(call, (call.SeenUsage.InputTokenCount ?? 0) == told.Usage.PromptTokens
            && (call.SeenUsage.OutputTokenCount ?? 0) == told.Usage.CompletionTokens, $"the caller saw other usage than {told.Usage}");
    }

    private void CheckFailure(StressCall call)
    {
        if (call.Error is not LlmException error)
        {
            Complain(call, $"threw {call.Error}");
            return;
        }

        if (call.Id % 8 == 0)
            run.CheckSecrets("an exception", error.ToString());
        if (call.Told.Count == 0)
        {
            CheckNoCandidate(call, error);
            return;
        }

        Expect(call, call.Told.TrueForAll(a => a.Outcome == AttemptOutcome.Failed), "failed although not every attempt did");
        if (error is AllProvidersFailedException all)
        {
            Expect(call, all.Attempts.SequenceEqual(call.Told), "the exception lists other attempts");
            Expect(call, all.RetryAfter == call.Told.Min(a => a.Error!.RetryAfter), $"RetryAfter is {all.RetryAfter}, not the shortest");
            CheckGaveUp(call);
        }
        else if (call.Restarts == 0)
        {
            Expect(call, ReferenceEquals(error, call.Told[^1].Error), "threw another error than the last attempt's");
            var stops = error.Kind is LlmErrorKind.InvalidRequest or LlmErrorKind.ContentFiltered;
            Expect(call, stops || (call.Streamed && call.Asked[^1].GaveAnything), $"did not try another provider after {error.Kind}");
        }

        if (call.Text.Length > 0)
            Expect(call, error.PartialText == call.Text, $"partial text «{error.PartialText}» for «{call.Text}»");
    }

    /// <summary>Only a provider that was left out is not asked before a call fails;
    /// and a call that retries may run out of attempts.</summary>
    private void CheckGaveUp(StressCall call)
    {
        var most = run.Plan.MaxAttempts ?? (call.Told.Exists(a => a.Role == AttemptRole.Retry) ? FewestAttempts : run.ProviderNames.Count);
        if (call.Told.Count >= most)
            return;
        var missing = run.ProviderNames
            .Where(n => !call.Told.Exists(a => a.Provider.Name == n) && !run.Exclusions.MayHaveBeenSince(n, call.Started)).ToList();
        var may = run.Plan.ListChanges ? run.ProviderNames.Count - FewestWhenListChanges : 0;
        Expect(call, missing.Count <= may,
            $"gave up after {call.Told.Count} of {most} attempts without asking {string.Join(", ", missing)}");
    }

    /// <summary>No provider was asked: then all were left out, and the caller learns for how long.</summary>
    private void CheckNoCandidate(StressCall call, LlmException error)
    {
        Expect(call, error.Kind == LlmErrorKind.NoCandidate && error is not AllProvidersFailedException,
            $"threw {error.Kind} without an attempt: {error.Message}");
        // A second where a trial runs, which may end at any moment.
        Expect(call, error.RetryAfter is { } after && after <= TimeSpan.FromSeconds(1),
            $"RetryAfter is {error.RetryAfter}: {error.Message}");
        var free = run.ProviderNames.Where(n => !run.Exclusions.MayHaveBeenSince(n, call.Started)).ToList();
        var may = run.Plan.ListChanges ? run.ProviderNames.Count - FewestWhenListChanges : 0;
        Expect(call, free.Count <= may, $"no provider was asked although {string.Join(", ", free)} could have been");
    }

    private void CheckCancelled(StressCall call)
    {
        Expect(call, call.WasCancelled, $"threw {call.Error} although it was not cancelled");
        Expect(call, call.Error is OperationCanceledException error && error.CancellationToken == call.Source!.Token,
            "threw another token than the caller's");
        Expect(call, call.Told.Count == 0 || call.Told[^1].Outcome is AttemptOutcome.Cancelled or AttemptOutcome.Failed,
            "an answer was dropped by a cancellation that came after it");
    }

    private void Expect(StressCall call, bool holds, string otherwise)
    {
        if (!holds)
            Complain(call, otherwise);
    }

    private void Complain(StressCall call, string what) =>
        run.Complain(
            $"call {call.Id} ({(call.Streamed ? "streamed" : "buffered")}, cancelled by {call.Cancel}, leaves at {call.LeavesAt}): {what}");
}
