namespace Orchestrator;

/// <summary>Why the provider may not be asked at all: its account, a pause that its vendor wants, or a hand.</summary>
internal sealed partial class HealthRecord
{
    private readonly AccountExclusion _account = new(options, clock);
    private readonly VendorPause _pause = new(options, clock);
    private int _exclusions;
    private int _resetIn;

    /// <summary>Whether it was switched off by hand.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>The exclusion that holds, if one does, and the time left of it: of several the one that ends last.</summary>
    public (ExclusionReason Reason, TimeSpan Left)? ExclusionAt(long now)
    {
        if (IsDisabled)
            return (ExclusionReason.Disabled, TimeSpan.MaxValue);
        if (AvailabilityAt(now) != ProviderAvailability.Excluded)
            return null;
        var (account, pause) = (AccountLeft(now), _pause.Left(now));
        return (account > pause ? _account.Reason : _pause.Reason, clock.Span(Math.Max(account, pause)));
    }

    /// <summary>The stamps until an ejected or excluded provider may be asked again; zero for one that may be asked now.</summary>
    public long StampsLeft(long now) => IsDisabled
        ? long.MaxValue
        : Math.Max(
            Math.Max(AccountLeft(now), _pause.Left(now)), !_ejected ? 0 : IsOnTrial(now) ? _trial.Left(now) : _coolDown.Left(now));

    /// <summary>Excludes the provider for a time. An exclusion that ends later stays as it is.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="errorKind">The kind of the error that caused it; null when no error did.</param>
    /// <param name="length">For how long.</param>
    /// <param name="now">The time.</param>
    public void Pause(ExclusionReason reason, LlmErrorKind? errorKind, TimeSpan length, long now)
    {
        if (_pause.Begin(reason, errorKind, length, now))
            Note(ProviderAvailability.Excluded, reason, errorKind, length);
    }

    /// <summary>What keeps a trial from being let through early, where accounts are all that keeps every provider from serving a
    /// call.</summary>
    /// <returns>The stamps its exclusion has left, the greatest number while its trial runs, and whether it was asked within the last
    /// second; null when its account does not exclude it, or is not all that does.</returns>
    public (long Left, bool WasJustAsked)? EarlyTrialAt(long now) =>
        IsDisabled || _pause.IsRunning(now) || !_account.IsActive
            ? null
            : (IsOnTrial(now) ? long.MaxValue : _account.Left(now), _account.WasJustAsked(now));

    /// <summary>Makes the trial due now.</summary>
    /// <returns>False when it was asked within the last second, or another call makes its trial.</returns>
    public bool TryEndEarly(long now)
    {
        if (EarlyTrialAt(now) is not { WasJustAsked: false, Left: < long.MaxValue })
            return false;
        _account.EndEarly();
        return true;
    }

    /// <inheritdoc cref="AccountExclusion.ConfirmByProbe"/>
    public void ConfirmByProbe(long now) => _account.ConfirmByProbe(now);

    /// <summary>Switches the provider off or on.</summary>
    /// <returns>Whether that changed anything.</returns>
    public bool SetEnabled(bool enabled, long now)
    {
        if (IsDisabled == !enabled)
            return false;
        IsDisabled = !enabled;
        // Counted, but not told: the hand that did it does.
        var to = AvailabilityAt(now);
        if (to is ProviderAvailability.Excluded or ProviderAvailability.Available)
            _changes[(int)to]++;
        return true;
    }

    /// <summary>Forgets all failures, exclusions and cool-downs, by hand.</summary>
    public void ResetByHand(long now)
    {
        var before = AvailabilityAt(now);
        Reset();
        if (before != AvailabilityAt(now))
            _changes[(int)ProviderAvailability.Available]++;
    }

    private bool IsOnTrial(long now) => _onTrial && _trial.IsRunning(now);

    /// <summary>A trial that runs may end at any moment: ask again in a second.</summary>
    private long AccountLeft(long now) => Math.Max(
        _account.Left(now),
        _account.IsActive && IsOnTrial(now) ? Math.Min(_trial.Left(now), clock.Stamps(AccountExclusion.BetweenTrials)) : 0);

    private void Exclude(AttemptTicket ticket, in HealthVerdict verdict, long now)
    {
        var kind = verdict.ErrorKind;
        if (verdict.RefusesAccount
            && _account.Refuse(ExclusionReasons.Of(kind), ticket, now, ref _exclusions) is { } length)
            Note(ProviderAvailability.Excluded, _account.Reason, kind, length);
        if (verdict.Pause is { } asked)
            Pause(ExclusionReason.RetryAfter, kind, asked, now);
        else if (verdict.IsRateLimited && _pause.NextCoolDown(ticket, now, ref _exclusions) is { } coolDown)
            Pause(ExclusionReason.RateLimited, kind, coolDown, now);
    }

    /// <summary>Notes the end of a pause that is over.</summary>
    private void EndPause(long now)
    {
        if (!_pause.IsSet || _pause.IsRunning(now))
            return;
        _pause.Clear();
        if (AvailabilityAt(now) == ProviderAvailability.Available)
            Note(ProviderAvailability.Available);
    }

    private void ClearExclusions()
    {
        _account.Lift();
        _pause.Clear();
        _pause.EndGrowth();
    }
}
