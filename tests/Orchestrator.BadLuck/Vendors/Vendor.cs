namespace Orchestrator.BadLuck;

/// <summary>A vendor: what it answers with, and its own account of who asked.</summary>
internal sealed class Vendor(int number, int permits, WorldClock clock, Weather weather)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(30);
    private readonly List<Visit> _open = [];

    public int Number => number;

    public string Name { get; } = ((char)('a' + number)).ToString();

    /// <summary>How many requests at the same time it allows.</summary>
    public int Permits => permits;

    public IReadOnlyList<Visit> Open => _open;

    /// <summary>How many requests it has seen.</summary>
    public long Seen { get; private set; }

    /// <summary>The most at the same time.</summary>
    public int Most { get; private set; }

    public void ForgetMost() => Most = 0;

    /// <summary>A request comes.</summary>
    public Visit Begin(Call call)
    {
        var (reply, wait) = ReplyTo(call);
        var visit = new Visit(call, this, reply, clock.Now, reply == ReplyKind.Answer ? call.Work : Quick, wait);
        Seen++;
        _open.Add(visit);
        Most = Math.Max(Most, _open.Count);
        call.Visits.Add(visit);
        return visit;
    }

    public void End(Visit visit)
    {
        if (!visit.IsOpen)
            return;
        visit.IsOpen = false;
        _open.Remove(visit);
    }

    private (ReplyKind Reply, TimeSpan? RetryAfter) ReplyTo(Call call)
    {
        // A firewall stands in front of the vendor, and the vendor looks at the key before it looks at the request.
        if (call.Kind == CallKind.Firewall)
            return (ReplyKind.Page, null);
        return weather.At(number, clock.Now) switch
        {
            { Kind: CauseKind.DeadKey } => (ReplyKind.Unauthorized, null),
            { Kind: CauseKind.LongLimit or CauseKind.ShortLimit } cause => (ReplyKind.RateLimited, cause.RetryAfter),
            { Kind: CauseKind.BareLimit } => (ReplyKind.RateLimited, null),
            { Kind: CauseKind.Outage } => (ReplyKind.ServerError, null),
            { Kind: CauseKind.Flaky } when Seen % 3 == 0 => (ReplyKind.ServerError, null),
            { Kind: CauseKind.Busy } cause => (ReplyKind.Busy, cause.RetryAfter),
            _ when call.Kind == CallKind.Flagged => (ReplyKind.Flagged, null),
            _ when call.Kind == CallKind.RefusedByOne && call.Named == this => (ReplyKind.Refused, null),
            _ => (ReplyKind.Answer, null),
        };
    }
}
