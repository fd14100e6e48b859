namespace Orchestrator.Tests.Stress;

/// <summary>Why each attempt was made, worked out from the attempts before it, beside what the router says.</summary>
internal sealed class RoleAudit(StressRun run)
{
    private const int MostAttempts = 12;

    public void Check(StressCall call, int index)
    {
        var told = call.Told[index];
        var before = call.Told.Take(index).ToList();
        if (index >= Most)
            Complain(call, $"made {index + 1} attempts of {Most}");
        var same = before.Count(a => a.Provider.Name == told.Provider.Name);
        if (same > 0 || told.Role == AttemptRole.Retry)
        {
            CheckRetry(call, index, before, same);
            return;
        }

        var broken = call.Asked.Take(index).Any(a => IsBroken(call, a));
        AttemptRole[] right = broken
            ? [AttemptRole.Restart]
            : index == 0 ? [AttemptRole.First, AttemptRole.Trial] : [AttemptRole.Failover, AttemptRole.Trial];
        if (!right.Contains(told.Role))
            Complain(call, $"attempt {index + 1} of {Shape(call)} is a {told.Role}");
    }

    private int Most => run.Plan.MaxAttempts ?? (run.Plan.ListChanges ? MostAttempts : run.ProviderNames.Count);

    private void CheckRetry(StressCall call, int index, List<LlmAttempt> before, int same)
    {
        var told = call.Told[index];
        var at = before.FindLastIndex(a => a.Provider.Name == told.Provider.Name);
        // Others may come between only where the end of a limit is waited for.
        if (told.Role != AttemptRole.Retry || at < 0 || (at < index - 1 && before[at].Error!.Kind != LlmErrorKind.RateLimited))
        {
            Complain(call, $"attempt {index + 1} of {Shape(call)} asks the same provider again, or says so and does not");
            return;
        }

        var (last, error) = (before[at], before[at].Error!);
        var worth = error.Kind switch
        {
            LlmErrorKind.ServerError or LlmErrorKind.Unavailable => error.RetryAfter is null,
            // A longer one may have ended while others were asked; one that was not told is waited for where no other is left.
            LlmErrorKind.RateLimited => true,
            _ => false,
        };
        if (!worth || IsBroken(call, call.Asked[at]))
            Complain(call, $"{told.Provider.Name} was asked again after {error.Kind}, retry after {error.RetryAfter}: {Shape(call)}");
        if (last.Role == AttemptRole.Trial)
            Complain(call, $"{told.Provider.Name} was asked again after its trial, which ended in {error.Kind}");
        // Beyond one retry only a limit that is over soon is waited for.
        if (same > run.Plan.Retry.MaxRetriesPerProvider && error.Kind != LlmErrorKind.RateLimited)
            Complain(call, $"{told.Provider.Name} was asked {same + 1} times: {Shape(call)}");
    }

    /// <summary>Text went out and the stream broke: no other provider may go on with it.</summary>
    private static bool IsBroken(StressCall call, AskedAttempt asked) => call.Streamed && asked.GaveAnything && !asked.GaveRefusal;

    private static string Shape(StressCall call) =>
        string.Join(", ", call.Told.Select(a => $"{a.Provider.Name} {a.Role} {a.Outcome} {a.Error?.Kind}"));

    private void Complain(StressCall call, string what) => run.Complain($"call {call.Id}: {what}");
}
