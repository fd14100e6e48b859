namespace Orchestrator.BadLuck;

/// <summary>No permit is idle while a call waits that could use it.</summary>
/// <remarks>Looked at whenever the world is at rest: some free call stands in a line, a vendor has fewer requests than permits, and the
/// router calls its provider available. For 50 ms that may be so: a wait is looked at again at moments of its own.</remarks>
internal sealed class IdleCheck(Vendor[] vendors, LineCheck lines, Violations violations, WorldClock clock)
{
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly TimeSpan?[] _idleSince = new TimeSpan?[vendors.Length];
    private readonly bool[] _reported = new bool[vendors.Length];
    private TimeSpan _next;

    public void Look(Router router)
    {
        if (lines.Waiting == 0 || !Array.Exists(vendors, v => v.Open.Count < v.Permits))
        {
            Array.Clear(_idleSince);
            Array.Clear(_reported);
            return;
        }

        if (clock.Now < _next)
            return;
        _next = clock.Now + Step;
        var metrics = router.GetMetrics();
        foreach (var vendor in vendors)
            Look(vendor, metrics[vendor.Name]);
    }

    private void Look(Vendor vendor, ProviderMetrics metrics)
    {
        var i = vendor.Number;
        if (vendor.Open.Count >= vendor.Permits || metrics.InFlight >= vendor.Permits || !metrics.IsAvailable)
        {
            (_idleSince[i], _reported[i]) = (null, false);
            return;
        }

        _idleSince[i] ??= clock.Now;
        if (_reported[i] || clock.Now - _idleSince[i] <= Allowed)
            return;
        _reported[i] = true;
        violations.Add(
            "a permit is idle while a call waits",
            $"{vendor.Name} has {vendor.Open.Count} of {vendor.Permits} running since {_idleSince[i]}, and {lines.Waiting} calls wait");
    }
}
