using System.Globalization;

namespace Orchestrator.BadLuck;

/// <summary>Whether each provider is left out only while its own vendor explains it. Looks once a second.</summary>
internal sealed class OutCheck(Vendor[] vendors, Weather weather, Violations violations, WorldClock clock)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Totals[] _totals = [.. vendors.Select(_ => new Totals())];

    public async Task WatchAsync(Router router, TimeSpan until)
    {
        for (; clock.Now < until; await clock.DelayAsync(Step))
        {
            var metrics = router.GetMetrics();
            foreach (var vendor in vendors)
                Look(vendor, metrics[vendor.Name], _totals[vendor.Number]);
        }
    }

    public IEnumerable<string> Rows() => vendors.Select(v => string.Create(
        CultureInfo.InvariantCulture,
        $"{v.Name}: {weather.CausesOf(v.Number).Count} causes, {_totals[v.Number]}"));

    private void Look(Vendor vendor, ProviderMetrics metrics, Totals totals)
    {
        var now = clock.Now;
        var caused = weather.At(vendor.Number, now) is not null;
        if (caused)
            totals.Caused++;
        if (metrics.IsAvailable)
        {
            totals.IsOut = totals.IsReported = false;
            return;
        }

        totals.Out++;
        if (!totals.IsOut)
            totals.Note(metrics.Exclusion == ExclusionReason.None ? metrics.Availability.ToString() : metrics.Exclusion.ToString());
        totals.IsOut = true;
        if (!caused)
            totals.Beyond++;
        if (!weather.IsInOrder(vendor.Number, now - Step, now))
            return;
        totals.Unexplained++;
        if (totals.IsReported)
            return;
        totals.IsReported = true;
        violations.Add(
            "a provider is out without a cause",
            $"{vendor.Name} is {metrics.Availability}, {metrics.Exclusion}, for {metrics.AvailableIn}");
    }

    /// <summary>Of one provider, in seconds.</summary>
    private sealed class Totals
    {
        public bool IsOut;
        public bool IsReported;
        public int Out;
        public int Caused;
        public int Beyond;
        public int Unexplained;

        private readonly SortedDictionary<string, int> _reasons = new(StringComparer.Ordinal);

        public void Note(string reason) => _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;

        public override string ToString() =>
            $"{Caused} s; out for {Out} s, {Beyond} s of them after the cause, {Unexplained} s unexplained "
            + $"({string.Join(", ", _reasons.Select(r => $"{r.Key} {r.Value} times"))})";
    }
}
