using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>Who is asked next: the same provider again, the next of the plan, one whose place is waited for, or an avoided one.</summary>
internal sealed partial class RouteCall
{
    private RegisteredProvider? _again;
    private bool _againAnyway;
    private LlmException? _againOr;
    private TimeSpan _againIn;
    private long _waited;

    /// <summary>Whether the call has waited for anything but providers: its plan is older than its start.</summary>
    public bool HasWaited => _waited != 0;

    /// <summary>The next attempt. Null with a plan: a place has to be waited for; null without: the plan was overtaken and has to be made
    /// anew. Throws when nobody is left.</summary>
    private Attempt? Next()
    {
        var plan = _plan!;
        if (_again is { } again)
        {
            var now = Services.Clock.Now();
            _again = null;
            if (again.State.TryBegin(again, now, _againAnyway, out var ticket) == ProviderAvailability.Available)
                return Begin(again, AttemptRole.Retry, ticket, now);
            // Ejected, excluded, full or removed meanwhile: it has had its turn, and what was paid for was not done.
            Services.Budget.PutBack();
            if (_againOr is { } error)
                throw error;
        }

        while (AttemptCount < MaxAttempts && plan.Next() is { } slot)
        {
            if (!IsTooSmall(slot) && Try(slot, anyway: false) is { } attempt)
                return attempt;
        }

        if (IsPlaceWorthWaitingFor(plan))
            return null;
        while (AttemptCount < MaxAttempts && !_overtaken && plan.NextAvoided() is { } slot)
        {
            if (!IsTooSmall(slot) && TryAvoided(slot) is { } attempt)
                return attempt;
        }

        if (IsPlaceWorthWaitingFor(plan))
            return null;
        if (!_overtaken)
            throw Exhausted();
        return Replan();
    }

    private bool IsPlaceWorthWaitingFor(RoutePlan plan)
    {
        plan.Full?.RemoveAll(IsTooSmall);
        return AttemptCount < MaxAttempts && !_overtaken && plan.Full is { Count: > 0 };
    }

    /// <summary>The list was replaced between plan and attempt, or a wait has made the plan old: a call must not be lost to that, nor ask anybody twice.</summary>
    private Attempt? Replan()
    {
        _plan!.Dispose();
        _plan = null;
        return null;
    }

    private Attempt? Try(RegisteredProvider slot, bool anyway)
    {
        var now = Services.Clock.Now();
        switch (slot.State.TryBegin(slot, now, anyway, out var ticket))
        {
            case ProviderAvailability.Available:
                Services.LogChanges(slot.State);
                return Begin(slot, RoleOfNext(ticket), ticket, now);
            case ProviderAvailability.AtCapacity:
                _plan!.MoveToFull(slot, anyway);
                return null;
            case ProviderAvailability.Ejected:
                _plan!.MoveToAvoided(slot);
                return null;
            default:
                // Excluded or removed since the plan was made. A call without an attempt makes a new plan, which also knows for how long.
                _overtaken |= slot.IsRetired || AttemptCount == 0;
                return null;
        }
    }

    private Attempt? TryAvoided(RegisteredProvider slot)
    {
        // A call's first attempt is free, so that a router whose providers are all down still finds out when one is back.
        var paid = AttemptCount > 0;
        if (paid && !Services.Budget.TryTake(Sequence + 1, Services.Clock.Now()))
            return null;
        Attempt? attempt = null;
        try
        {
            return attempt = Try(slot, anyway: true);
        }
        finally
        {
            if (attempt is null && paid)
                Services.Budget.PutBack();
        }
    }

    private Attempt Begin(RegisteredProvider slot, AttemptRole role, AttemptTicket ticket, long now) => new(this, slot, role, ticket, now);

    private AttemptRole RoleOfNext(AttemptTicket ticket) =>
        _broken is not null ? AttemptRole.Restart
        : ticket.IsTrial ? AttemptRole.Trial
        : AttemptCount == 0 ? AttemptRole.First
        : AttemptRole.Failover;

    /// <summary>After a failure that may pass: whether the same provider is asked again, and when.</summary>
    private void ConsiderRetry(Attempt attempt)
    {
        var error = attempt.Record.Error!;
        var slot = attempt.Slot;
        if (attempt.Committed || attempt.Ejected || attempt.IsTrial || !Services.Rules[error.Kind].RetriesSameProvider)
            return;
        // Where all are down, everybody is asked once before anybody is asked twice.
        if (attempt.OnAvoided && _plan!.Avoided is { Count: > 0 })
            return;
        var tries = 0;
        foreach (var made in _attempts)
            tries += ReferenceEquals(made.Provider, slot.Info) ? 1 : 0;
        var untried = _plan!.CountUntried();
        if (AttemptCount >= MaxAttempts - untried || (tries > Services.Retry.MaxRetriesPerProvider && !(WaitsForLimit(error) && untried == 0)))
            return;
        if (error.RetryAfter is { } asked ? asked > Services.Retry.LongestRetryAfter : error.Kind == LlmErrorKind.RateLimited)
            return;
        // Nobody listens there, or nobody who can prove who it is: half a second changes little, and somebody else is there.
        if (ErrorRules.NeverConnected(error, out var certificate) && (certificate || untried > 0))
            return;
        var delay = Services.Backoff.Next(error.RetryAfter);
        if (Leaves(slot) is { } left && delay >= left)
            return;
        if (Services.Retry.MaxRetriesPerProvider > 0 && Services.Budget.TryTake(Sequence + 1, Services.Clock.Now()))
            (_again, _againAnyway, _againIn) = (slot, attempt.OnAvoided, delay);
    }

    private static bool WaitsForLimit(LlmException error) => error is { Kind: LlmErrorKind.RateLimited, RetryAfter: not null };

    /// <summary>The time left of the call's limit at this provider; null without one.</summary>
    private TimeSpan? Leaves(RegisteredProvider slot) =>
        (Request.Timeouts?.Call ?? slot.Timeouts.Call) is { } limit && limit != Timeout.InfiniteTimeSpan ? Left(limit - SpentBefore) : null;

    // Never below zero: one millisecond below it would be the sign for no limit.
    private static TimeSpan Left(TimeSpan rest) => rest < TimeSpan.Zero ? TimeSpan.Zero : rest;

    /// <summary>Ends at once when the call is given up; it says so itself.</summary>
    private async ValueTask WaitForRetryAsync()
    {
        var from = Services.Clock.Now();
        var either = EitherToken();
        try
        {
            await Waits.DelayAsync(_againIn, Services.Clock.Time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await OffTheCancellersThreadAsync();
        }
        finally
        {
            either.Release();
            _waited += Math.Max(1, Services.Clock.NowOr(from) - from);
        }
    }

    /// <summary>Ends a wait when the call is given up or its stream is disposed.</summary>
    private LinkedCancellation EitherToken()
    {
        var either = new LinkedCancellation(Token, Services.Disposing);
        // A full fence between this and the look: a disposal sees either the wait or is seen.
        Interlocked.Exchange(ref _wait, either);
        if (IsLeft)
            either.Cancel();
        return either;
    }

    /// <summary>Whoever cancels runs what was waiting: what the call goes on to do, its caller's own code included, must not hold that up.</summary>
    private static ConfiguredTaskAwaitable OffTheCancellersThreadAsync() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
