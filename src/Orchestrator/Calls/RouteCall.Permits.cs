using System.Runtime.ExceptionServices;

namespace Orchestrator;

/// <summary>Waiting for a place where every provider that could serve the call has all of its places taken.</summary>
internal sealed partial class RouteCall
{
    /// <summary>How long the next attempt, or the one that runs, has waited for its provider's permit.</summary>
    public TimeSpan QueuedFor { get; private set; }

    /// <summary>Waits at all full providers at once and begins at the first that has a place. Null when the plan has to be made anew, or the call was given up.</summary>
    private async ValueTask<Attempt?> WaitForPlaceAsync()
    {
        var plan = _plan!;
        var full = plan.Full!.ToArray();
        var waiter = new PermitWaiter();
        var joined = false;
        foreach (var slot in full)
        {
            joined |= slot.State.Join(slot, waiter);
            _overtaken |= slot.IsRetired;
            if (waiter.IsTaken)
                break;
        }

        if (!joined)
            return AfterFullQueues(plan, full);
        var (place, waited, given) = await PlaceAsync(waiter, full, plan.ChangesAt).ConfigureAwait(false);
        QueuedFor += waited;
        if (!given)
            return !MustStop && Leaves(full[0]) <= TimeSpan.Zero ? throw QueueTimeout(full) : Replan();
        if (place is null)
            return Replan();
        var now = Services.Clock.NowOr(Started);
        var avoided = plan.IsAvoided(place);
        AttemptTicket ticket = default;
        if (MustStop || place.State.Admit(place, now, QueuedFor, avoided, out ticket) != ProviderAvailability.Available || !IsPaid(avoided, now))
        {
            Withdraw(place, ticket);
            return Replan();
        }

        // It has had its turn: should it fail, another is waited for.
        plan.Full!.Remove(place);
        Services.LogChanges(place.State);
        return Begin(place, RoleOfNext(ticket), ticket, now);
    }

    private bool IsPaid(bool avoided, long now) => !avoided || AttemptCount == 0 || Services.Budget.TryTake(Sequence + 1, now);

    /// <summary>Waits for a place, the call's end, its limit, or the moment somebody else may be able to serve it.</summary>
    private async ValueTask<(RegisteredProvider? Place, TimeSpan Waited, bool Given)> PlaceAsync(PermitWaiter waiter, RegisteredProvider[] full, long changesAt)
    {
        LinkedCancellation? either = null;
        Exception? fault = null;
        var given = true;
        var from = Started;
        try
        {
            from = Services.Clock.Now();
            either = EitherToken();
            await waiter.Permit.WithinAsync(LongestWait(full, changesAt, from), Services.Clock.Time, either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A clock that throws takes its call out of the line first.
        catch (Exception error)
#pragma warning restore CA1031
        {
            fault = error is OperationCanceledException or TimeoutException ? null : error;
            // Given a place at the same moment: it has to be taken, if only to be handed on.
            given = !waiter.TryTake();
            await OffTheCancellersThreadAsync();
        }
        finally
        {
            either?.Release();
            foreach (var slot in full)
                slot.State.Leave(waiter);
        }

        var place = given ? await waiter.Permit.ConfigureAwait(false) : null;
        var passed = Math.Max(1, Services.Clock.NowOr(from) - from);
        _waited += passed;
        if (fault is null)
            return (place, Services.Clock.Span(passed), given);
        if (place is not null)
            Withdraw(place, default);
        ExceptionDispatchInfo.Throw(fault);
        return default;
    }

    private static void Withdraw(RegisteredProvider place, AttemptTicket ticket)
    {
        if (place.State.Withdraw(place, ticket))
            place.Lease.Release(place.Info.Name);
    }

    private TimeSpan LongestWait(RegisteredProvider[] full, long changesAt, long from)
    {
        var limit = Leaves(full[0]) ?? Timeout.InfiniteTimeSpan;
        if (changesAt != long.MaxValue)
        {
            var change = Waits.Sum(Services.Clock.Span(changesAt - from), TimeSpan.FromMilliseconds(1));
            limit = limit == Timeout.InfiniteTimeSpan || change < limit ? change : limit;
        }

        return limit;
    }

    private Attempt? AfterFullQueues(RoutePlan plan, RegisteredProvider[] full)
    {
        if (_overtaken)
            return Replan();
        plan.Full!.Clear();
        if (plan.Avoided is { Count: > 0 })
            return Next();
        if (AttemptCount > 0)
            throw Exhausted();
        var what = string.Join("; ", full.Select(s => $"{s.Info.Name} has {s.MaxConcurrency} running and {s.QueueLimit} waiting"));
        throw new LlmException(
            LlmErrorKind.NoCandidate,
            $"Every provider that could serve this call is full, and so is its queue: {what}. Ask less at once, add a provider, or raise ProviderOptions.QueueLimit.");
    }

    private LlmException QueueTimeout(RegisteredProvider[] full)
    {
        if (AttemptCount > 0)
            return Exhausted();
        var limit = Request.Timeouts?.Call ?? full[0].Timeouts.Call;
        return new LlmException(
            LlmErrorKind.Timeout,
            $"No place became free at {string.Join(", ", full.Select(s => s.Info.Name))} within the {limit!.Value.TotalSeconds:0.###} s that Timeouts.Call allows; raise it, raise MaxConcurrency if the vendor allows more, or add a provider.");
    }
}
