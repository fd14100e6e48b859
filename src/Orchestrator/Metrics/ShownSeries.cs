namespace Orchestrator;

/// <summary>The series of one label set, and the scrape that showed something of it last.</summary>
internal abstract class ShownSeries
{
    // Enough that a second scraper sees the last totals too, where names leave one by one.
    private const int KeptAfterLeaving = 100;

    public long LastScrape { get; set; }

    /// <summary>Removes the series from the registry.</summary>
    public abstract void RemoveFrom(MetricFamilies families);

    /// <summary>
    /// Takes away series of what has left. The counters of what is in use are read at every scrape, those of what has left once more: a
    /// series that this scrape did not set has shown all there is. The latest few stay, for what comes back mostly does so soon.
    /// </summary>
    public static void GiveWay<TKey, T>(Dictionary<TKey, T> all, long scrape, Func<TKey, T, bool> tryRemove)
        where TKey : notnull
        where T : ShownSeries
    {
        if (all.Count <= KeptAfterLeaving)
            return;
        var left = all.Where(s => s.Value.LastScrape < scrape).OrderByDescending(s => s.Value.LastScrape).Skip(KeptAfterLeaving).ToList();
        foreach (var (key, series) in left)
        {
            if (tryRemove(key, series))
                all.Remove(key);
        }
    }
}
