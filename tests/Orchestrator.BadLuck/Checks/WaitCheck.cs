namespace Orchestrator.BadLuck;

/// <summary>No call waits longer than its place in the line explains.</summary>
/// <remarks>
/// A call's answer may take
/// <code>
///   (work in flight + work before it) / permits     once when it joins a line, and once after each failed attempt
/// + the time each of its own requests takes at its vendor
/// + the waits before its own retries: 0.5 s after an error, 1.1 × Retry-After of at most 3 s
/// + 2 s
/// </code>
/// Work is the time that vendors take; of what is in flight, what is left. Before a call are all that are open and at no vendor when it
/// joins, and those that come while it pauses before a retry. Permits are those of the vendors that are in order from its beginning to its
/// end; of one for a call that is bound to it.
/// </remarks>
internal sealed class WaitCheck(Vendor[] vendors, HashSet<Call> open, Weather weather, Violations violations, WorldClock clock)
{
    private static readonly TimeSpan Constant = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(3);

    private readonly Dictionary<Call, WaitExplained> _explained = [];

    /// <summary>How long the answers of good calls were waited for in lines, in seconds.</summary>
    public List<float> Waits { get; } = [];

    /// <summary>How much of what is explained was needed, at the most.</summary>
    public double MostOfExplained { get; private set; }

    public void Began(Call call)
    {
        foreach (var (_, explained) in _explained)
        {
            if (clock.Now <= explained.PausesUntil)
                explained.Work += call.Work;
        }
    }

    /// <summary>A call stands in a line, or may have to after its attempt.</summary>
    public WaitExplained Joined(Call call)
    {
        if (!_explained.TryGetValue(call, out var explained))
            _explained[call] = explained = new();
        explained.Work += vendors.SelectMany(v => v.Open).Aggregate(TimeSpan.Zero, (sum, v) => sum + Left(v));
        explained.Work += open.Where(c => c != call && c.Visits is not [.., { IsOpen: true }])
            .Aggregate(TimeSpan.Zero, (sum, c) => sum + c.Work);
        return explained;
    }

    /// <summary>An attempt of a call has ended.</summary>
    public void Attempted(Call call, LlmAttempt attempt)
    {
        if (attempt.Outcome != AttemptOutcome.Failed || call.Visits is not [.., var visit])
            return;
        var pause = visit switch
        {
            { RetryAfter: { } wait } when wait <= LongestRetryAfter => wait * 1.1,
            { Reply: ReplyKind.ServerError or ReplyKind.Busy } => TimeSpan.FromMilliseconds(500),
            _ => TimeSpan.Zero,
        };
        var explained = Joined(call);
        explained.Own += visit.Length + pause;
        explained.PausesUntil = clock.Now + pause;
    }

    public void End(Call call, bool isGood)
    {
        _explained.Remove(call, out var known);
        var queued = call.Attempts.Aggregate(TimeSpan.Zero, (sum, a) => sum + a.QueueTime);
        if (isGood)
            Waits.Add((float)queued.TotalSeconds);
        var permits = PermitsFor(call);
        if (call.Kind == CallKind.Cancelled || permits == 0)
            return;
        var took = clock.Now - call.Began;
        var last = call.Visits is [.., { Reply: ReplyKind.Answer } visit] ? visit.Length : TimeSpan.Zero;
        var explained = ((known?.Work ?? default) / permits) + (known?.Own ?? default) + last + Constant;
        if (isGood)
            MostOfExplained = Math.Max(MostOfExplained, took / explained);
        // A bad call may go on to wait for the end of a limit at the last vendor that has not failed it.
        violations.Expect(
            !isGood || took <= explained, "waits longer than its place explains",
            () => $"{call} took {took.TotalSeconds:0.0} s, {queued.TotalSeconds:0.0} s of them in a line; {explained.TotalSeconds:0.0} s "
                + $"are explained; asked {string.Join(", ", call.Visits.Select(v => $"{v.Vendor.Name}: {v.Reply}"))}");
    }

    private int PermitsFor(Call call)
    {
        var inOrder = vendors.Where(v => weather.IsInOrder(v.Number, call.Began, clock.Now)).ToList();
        return call.IsBound && (call.Kind != CallKind.ToolResult || inOrder.Contains(call.Named!))
            ? inOrder.Where(v => v == call.Named).Sum(v => v.Permits)
            : inOrder.Sum(v => v.Permits);
    }

    private TimeSpan Left(Visit visit)
    {
        var left = visit.Began + visit.Length - clock.Now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
