namespace Orchestrator.Tests.Health;

/// <summary>
/// What <see cref="HealthRecord"/> is meant to do, said a second time and plainly: lists of what happened instead of counters, seconds and
/// milliseconds instead of stamps. A stamp is a millisecond.
/// </summary>
internal sealed class HealthModel(HealthOptions options)
{
    private readonly List<(long Second, bool Good)> _ends = [];
    private long _newest;
    private int _streak;
    private (long From, long Length)? _exclusion;
    private (long From, long Length, int Number)? _account;
    private (long Length, int Number)? _coolDown429;
    private bool _confirmed, _probed, _early;
    private long _silent, _silentUntil = long.MinValue;
    private int _resetIn;

    /// <summary>Counts ejections and recoveries, as the tickets do.</summary>
    public int Era { get; private set; }

    public int RecoveredIn { get; private set; }

    /// <summary>When it was ejected; null while it is not.</summary>
    public long? EjectedAt { get; private set; }

    public int FailedTrials { get; private set; }

    public (long From, long Length) CoolDown { get; private set; }

    /// <summary>The trial that is running, and since when.</summary>
    public (int Number, long From)? Trial { get; private set; }

    /// <summary>Counts the exclusions that have begun, as the tickets do.</summary>
    public int Begun { get; private set; }

    public bool IsDisabled { get; set; }

    public bool IsRefused => _account is not null;

    public ProviderAvailability At(long now, double jitter)
    {
        if (_exclusion is { } exclusion && !Runs(exclusion, now))
            _exclusion = null;
        if (EjectedAt is null && MostlyBad(now))
            Eject(now, jitter);
        if (IsDisabled || _exclusion is not null || RefusalRuns(now) || (IsRefused && IsOnTrial(now)))
            return ProviderAvailability.Excluded;
        return EjectedAt is not null && (Runs(CoolDown, now) || IsOnTrial(now)) ? ProviderAvailability.Ejected
            : EjectedAt is null && !IsRefused ? ProviderAvailability.Available
            : ProviderAvailability.Trial;
    }

    public bool RefusalRuns(long now) => _account is { } account && !_early && Runs((account.From, account.Length), now);

    public bool IsOnTrial(long now) => Trial is { } trial && Runs((trial.From, 60_000), now);

    public void StartTrial(int number, long now) => Trial = (number, now);

    public void End(AttemptTicket ticket, bool? good, long now, double jitter)
    {
        if (ticket.IsTrial && Trial is { } trial && trial.Number == ticket.Trial)
            Trial = null;
        if (good is true)
        {
            // Whenever it began.
            (_account, _early, _coolDown429) = (null, false, null);
            (_silent, _silentUntil) = (0, now);
        }

        if (good is null || ticket.Epoch < RecoveredIn)
            return;
        if (good.Value)
            Succeed(ticket, now);
        else
            Fail(ticket, now, jitter);
    }

    public void Exclude(long length, long now)
    {
        if (_exclusion is not { } old || !Runs(old, now) || old.From + old.Length < now + length)
            _exclusion = (now, length);
    }

    /// <summary>The account is refused: 5 s, then twice as long for a trial, and once for all calls that had begun before.</summary>
    public void Refuse(AttemptTicket ticket, long now)
    {
        if (ticket.Epoch < _resetIn)
            return;
        if (_account is not { } account)
            (_account, _confirmed) = ((now, 5000, ++Begun), false);
        else if (ticket.Exclusions >= account.Number)
            _account = (now, Math.Min(300_000, account.Length * 2), ++Begun);
        else if (!_confirmed)
            (_account, _confirmed) = ((now, Math.Min(300_000, account.Length * 2), account.Number), true);
        else
            return;
        (_early, _probed) = (false, false);
    }

    public void Probe(long now)
    {
        if (!RefusalRuns(now) || _probed)
            return;
        _probed = true;
        _account = _account!.Value with { From = now, Length = Math.Min(300_000, _account.Value.Length * 2) };
    }

    public void EndEarly() => _early = true;

    /// <summary>A rate limit that does not say for how long: 1 s, doubled by calls that began after the last one.</summary>
    public void RateLimit(AttemptTicket ticket, long now)
    {
        if (ticket.Epoch < _resetIn)
            return;
        if (_coolDown429 is not { } last)
            _coolDown429 = (1000, ++Begun);
        else if (ticket.Exclusions >= last.Number)
            _coolDown429 = (Math.Min(60_000, last.Length * 2), ++Begun);
        else if (_exclusion is { } running && Runs(running, now))
            return;
        else
            _coolDown429 = (last.Length, ++Begun);
        Exclude(_coolDown429.Value.Length, now);
    }

    /// <summary>A caller has left; the provider may be silent for 10 s.</summary>
    public bool Leave(AttemptTicket ticket, long lasted, long now)
    {
        if (ticket.Epoch < _resetIn)
            return false;
        var since = _silentUntil == long.MinValue || _silentUntil - now > 5000 ? now - lasted : Math.Max(now - lasted, _silentUntil);
        _silent += Math.Max(0, now - since);
        _silentUntil = Math.Max(now, since);
        if (_silent < 10_000)
            return false;
        _silent = 0;
        return true;
    }

    public long? ExclusionEnd => _exclusion is { } e ? e.From + e.Length : null;

    public void Reset()
    {
        _ends.Clear();
        (_streak, FailedTrials, EjectedAt, Trial, _exclusion) = (0, 0, null, null, null);
        (_account, _early, _coolDown429, _silent, _silentUntil) = (null, false, null, 0, long.MinValue);
        _resetIn = RecoveredIn = ++Era;
    }

    private void Succeed(AttemptTicket ticket, long now)
    {
        if (EjectedAt is not null && ticket.Epoch == Era)
        {
            _ends.Clear();
            (EjectedAt, FailedTrials) = (null, 0);
            RecoveredIn = ++Era;
        }

        _streak = 0;
        Note(true, now);
    }

    private void Fail(AttemptTicket ticket, long now, double jitter)
    {
        Note(false, now);
        if (EjectedAt is null)
        {
            if (++_streak >= options.ConsecutiveFailures || MostlyBad(now))
                Eject(now, jitter);
        }
        else if (ticket.IsTrial && ticket.Epoch == Era)
        {
            FailedTrials++;
            Cool(now, jitter);
        }
    }

    private void Eject(long now, double jitter)
    {
        (EjectedAt, FailedTrials, _streak) = (now, 0, 0);
        Era++;
        Cool(now, jitter);
    }

    private void Cool(long now, double jitter)
    {
        var seconds = options.CoolDown.TotalSeconds * Math.Pow(1.5, FailedTrials) * jitter;
        var length = now - EjectedAt >= 600_000
            ? options.LongOutageCoolDown
            : TimeSpan.FromTicks((long)Math.Round(Math.Min(options.LongestCoolDown.TotalSeconds, seconds) * 1e7));
        CoolDown = (now, length.Ticks / 10_000);
    }

    /// <summary>The record rounds elsewhere: one millisecond is not what the two are compared by.</summary>
    public void Round(long left) => CoolDown = (CoolDown.From, left);

    private void Note(bool good, long now)
    {
        var second = now / 1000;
        if (Math.Abs(second - _newest) >= 60)
            _ends.Clear();
        if (second > _newest || _newest - second >= 60)
            _newest = second;
        _ends.Add((_newest, good));
        _ends.RemoveAll(e => _newest - e.Second >= 60);
    }

    private bool MostlyBad(long now)
    {
        var second = now / 1000;
        if (Math.Abs(second - _newest) >= 60)
            return false;
        var seen = _ends.FindAll(e => second - e.Second < 60);
        var bad = seen.Count(e => !e.Good);
        return seen.Count >= 5 && bad * 10 >= seen.Count * 6;
    }

    private static bool Runs((long From, long Length) period, long now) =>
        period.Length > 0 && now > period.From - 5000 && now < period.From + period.Length;
}
