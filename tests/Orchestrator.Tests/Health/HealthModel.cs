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

    /// <summary>Counts ejections and recoveries, as the tickets do.</summary>
    public int Era { get; private set; }

    public int RecoveredIn { get; private set; }

    /// <summary>When it was ejected; null while it is not.</summary>
    public long? EjectedAt { get; private set; }

    public int FailedTrials { get; private set; }

    public (long From, long Length) CoolDown { get; private set; }

    /// <summary>The trial that is running, and since when.</summary>
    public (int Number, long From)? Trial { get; private set; }

    public ProviderAvailability At(long now, double jitter)
    {
        if (_exclusion is { } exclusion && !Runs(exclusion, now))
            _exclusion = null;
        if (EjectedAt is null && MostlyBad(now))
            Eject(now, jitter);
        return _exclusion is not null ? ProviderAvailability.Excluded
            : EjectedAt is null ? ProviderAvailability.Available
            : Runs(CoolDown, now) || IsOnTrial(now) ? ProviderAvailability.Ejected
            : ProviderAvailability.Trial;
    }

    public bool IsOnTrial(long now) => Trial is { } trial && Runs((trial.From, 60_000), now);

    public void StartTrial(int number, long now) => Trial = (number, now);

    public void End(AttemptTicket ticket, bool? good, long now, double jitter)
    {
        if (ticket.IsTrial && Trial is { } trial && trial.Number == ticket.Trial)
            Trial = null;
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

    public long? ExclusionEnd => _exclusion is { } e ? e.From + e.Length : null;

    public void Reset()
    {
        _ends.Clear();
        (_streak, FailedTrials, EjectedAt, Trial, _exclusion) = (0, 0, null, null, null);
        RecoveredIn = ++Era;
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
