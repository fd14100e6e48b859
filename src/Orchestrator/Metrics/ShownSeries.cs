namespace Orchestrator;

/// <summary>The series of one label set, and the last scrape that changed it.</summary>
internal abstract class ShownSeries
{
    // Large enough that a second scraper sees the last totals too, when names leave one by one.
    private const int KeptAfterLeaving = 100;

    public long LastScrape { get; set; }

    /// <summary>Removes the series from the registry.</summary>
    public abstract void RemoveFrom(MetricFamilies families);

    /// <summary>
    /// Removes the series of names and models that have left. Those in use are exported at every scrape, those that have left once more: a
    /// series that this scrape did not set has its last value. The latest few stay, because most names that return do so soon.
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
