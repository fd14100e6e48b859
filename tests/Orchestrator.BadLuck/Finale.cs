namespace Orchestrator.BadLuck;

/// <summary>After the day: with all vendors in order, as many calls at once as there are callers use every permit.</summary>
internal sealed class Finale(Vendor[] vendors, WorldClock clock, CallPlans plans, Asking asking, Violations violations)
{
    public async Task RunAsync(int callers)
    {
        await clock.DelayAsync(TimeSpan.FromMinutes(10));
        // Those that were ejected until the end have their trials.
        for (var i = 0; i < 30; i++)
            await asking.AskAsync(plans.Next(0, CallKind.Good));
        foreach (var vendor in vendors)
            vendor.ForgetMost();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => asking.AskAsync(plans.Next(i, CallKind.Good))));
        foreach (var vendor in vendors)
        {
            violations.Expect(
                vendor.Most == vendor.Permits, "a permit is lost",
                () => $"{vendor.Name} had {vendor.Most} of {vendor.Permits} at the most");
        }
    }
}
