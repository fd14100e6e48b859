using System.Globalization;

namespace Orchestrator.BadLuck;

/// <summary>All that is looked at while calls are made. Everything runs on one thread, so nothing is locked.</summary>
internal sealed class DayChecks(Vendor[] vendors, Weather weather, Violations violations, WorldClock clock) : IUsageObserver
{
    // As long as it can be left to the router: the least it takes for three providers.
    public const int MostAttempts = 4;

    private readonly Dictionary<int, Call> _calls = [];
    private readonly HashSet<Call> _open = new(ReferenceEqualityComparer.Instance);

    public ShareCheck Shares { get; } = new(vendors, violations);

    public LedgerCheck Ledger { get; } = new(vendors, MostAttempts, violations);

    public EndCheck Ends { get; } = new(weather, violations, clock);

    public KindCounts Kinds { get; } = new();

    public int Open => _open.Count;

    public LineCheck Lines => field ??= new(violations, clock);

    public IdleCheck Idle => field ??= new(vendors, Lines, violations, clock);

    public WaitCheck Waits => field ??= new(vendors, _open, weather, violations, clock);

    public Call CallOf(int id) => _calls[id];

    /// <summary>Right before a call is made.</summary>
    public void Begin(Call call, IReadOnlyDictionary<string, ProviderMetrics> metrics)
    {
        call.Began = clock.Now;
        var isOneFree = metrics.Values.Any(m => m.Availability == ProviderAvailability.Available);
        call.AllWereAvailable = metrics.Values.All(m => m.Availability == ProviderAvailability.Available);
        call.NamedWasAvailable = call.Named is { } named && metrics[named.Name].Availability == ProviderAvailability.Available;
        var full = metrics.Values.Where(m => m.Availability == ProviderAvailability.AtCapacity).Select(m => m.Provider);
        call.Full = isOneFree || !call.IsFree ? null : string.Concat(full.Order(StringComparer.Ordinal));
        _calls.Add(call.Id, call);
        _open.Add(call);
        Waits.Began(call);
    }

    /// <summary>A call waits for the first time, or is over.</summary>
    public void Asked(Call call, bool isOver)
    {
        if (isOver || call.Visits.Count > 0)
            return;
        Waits.Joined(call);
        call.WaitsAt = call.Full;
        if (call.WaitsAt is not null)
            Lines.Joined(call);
    }

    /// <summary>A request comes to a vendor.</summary>
    public void Visited(Visit visit)
    {
        var (call, vendor) = (visit.Call, visit.Vendor);
        violations.Expect(
            vendor.Open.Count <= vendor.Permits, "more at the same time than allowed",
            () => $"{vendor.Name} has {vendor.Open.Count}, {vendor.Permits} allowed");
        if (call is { WaitsAt: not null, Visits.Count: 1 })
            Lines.Started(call);
    }

    public void OnAttempt(LlmAttempt attempt)
    {
        var id = int.Parse(attempt.Tags![Requests.Tag], CultureInfo.InvariantCulture);
        if (!_calls.TryGetValue(id, out var call))
        {
            violations.Add("an attempt is reported after its call", $"call {id} at {attempt.Provider.Name}");
            return;
        }

        call.Attempts.Add(attempt);
        Waits.Attempted(call, attempt);
        Shares.Note(call, attempt);
    }

    public void End(Call call, CallEnd end, CancellationToken token)
    {
        if (call.WaitsAt is not null)
            Lines.Left(call);
        var isGood = Ends.IsGood(call);
        Kinds.Add(call, end, isGood);
        Ends.End(call, end, token);
        Waits.End(call, isGood);
        Ledger.End(call);
        _open.Remove(call);
        _calls.Remove(call.Id);
    }

    /// <summary>The world has come to an end with calls open.</summary>
    public void Hang()
    {
        foreach (var call in _open)
            violations.Add("hangs", $"{call} is open since {call.Began} and nothing is left to happen");
        if (_open.Count == 0)
            violations.Add("hangs", "no call is open, and a caller waits for something else");
    }
}
