namespace Orchestrator.BadLuck;

/// <summary>Asks while all others are quiet: a call at any provider, then two that name theirs, again and again.</summary>
/// <remarks>Where a turn belongs to the router and not to the set of candidates, all of its free calls go to one provider.</remarks>
internal sealed class LoneCaller(int number, Vendor[] vendors, TimeSpan until, WorldClock clock, CallPlans plans, Asking asking)
{
    private static readonly TimeSpan From = TimeSpan.FromMinutes(18.5);
    private static readonly TimeSpan To = TimeSpan.FromMinutes(19.5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Whether a moment is in a quiet time.</summary>
    public static bool IsQuiet(TimeSpan moment, out TimeSpan ends)
    {
        var slot = Weather.Slot * Math.Floor(moment / Weather.Slot);
        ends = slot + To;
        return moment >= slot + From && moment < ends;
    }

    public async Task RunAsync()
    {
        for (var slot = 0; Weather.Slot * slot < until; slot++)
        {
            await clock.UntilAsync((Weather.Slot * slot) + From + TimeSpan.FromSeconds(15));
            for (var i = 0; IsQuiet(clock.Now, out _) && clock.Now < until; i++)
            {
                await asking.AskAsync(i % 3 == 0
                    ? plans.Next(number, CallKind.Good, isShort: true)
                    : plans.Next(number, CallKind.Pinned, vendors[i % vendors.Length], isShort: true));
                await clock.DelayAsync(Pause);
            }
        }
    }
}
