using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>The cost that a vendor reports, in the usage beside the tokens.</summary>
/// <remarks>It travels as one of <see cref="UsageDetails.AdditionalCounts"/>, because those add up wherever usages are added up.
/// Thread-safe as far as the usage is.</remarks>
public static class UsageCost
{
    /// <summary>The name of the count: millionths of a millionth of a US dollar.</summary>
    public const string CountName = "orchestrator.cost_pico_usd";

    private const decimal CountsPerDollar = 1_000_000_000_000m;
    private const decimal MostDollars = 1_000_000m;

    /// <summary>Writes a cost into a usage, for the router to take instead of its price table's.</summary>
    /// <param name="usage">The usage; it is changed.</param>
    /// <param name="usd">US dollars, from 0, which means free, to 1,000,000. Kept to 12 decimals.</param>
    /// <returns><paramref name="usage"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="usage"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cost is below 0 or above 1,000,000.</exception>
    public static UsageDetails WithCost(this UsageDetails usage, decimal usd)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (!IsSane(usd))
        {
            throw new ArgumentOutOfRangeException(
                nameof(usd), usd, $"A cost is from 0 to {MostDollars:0} US dollars. Leave it out when it is unknown.");
        }


        (usage.AdditionalCounts ??= [])[CountName] = (long)decimal.Round(usd * CountsPerDollar);
        return usage;
    }

    internal static bool IsSane(decimal usd) => usd is >= 0 and <= MostDollars;

    internal static bool IsSaneCount(long count) => count >= 0 && FromCount(count) <= MostDollars;

    internal static decimal FromCount(long count) => count / CountsPerDollar;
}
