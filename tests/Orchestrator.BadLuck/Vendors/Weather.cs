using Orchestrator.Tests.Stress;

namespace Orchestrator.BadLuck;

/// <summary>When each vendor is out of service. At every moment one is in order, and before another one's turn all are.</summary>
/// <remarks>A day has slots of twenty minutes. In each, one vendor serves throughout; the other two are out at times between the second
/// and the twelfth minute. The eight minutes that follow are longer than any exclusion.</remarks>
internal sealed class Weather
{
    public static readonly TimeSpan Slot = TimeSpan.FromMinutes(20);
    private static readonly int Kinds = Enum.GetValues<CauseKind>().Length;

    private readonly List<Cause>[] _causes;

    public Weather(long seed, int vendors, TimeSpan until, IReadOnlySet<string> without)
    {
        _causes = [.. Enumerable.Range(0, vendors).Select(_ => new List<Cause>())];
        for (var slot = 0; Slot * slot < until; slot++)
        {
            for (var vendor = 0; vendor < vendors; vendor++)
            {
                if (vendor != slot % vendors)
                    Fill(_causes[vendor], slot, new Dice(seed, slot, 100 + vendor), (slot * 2) + vendor);
            }
        }

        foreach (var causes in _causes)
            causes.RemoveAll(c => without.Contains(c.Kind.ToString()));
    }

    public IReadOnlyList<Cause> CausesOf(int vendor) => _causes[vendor];

    /// <summary>Why a vendor is out of service now; null when it is in order.</summary>
    public Cause? At(int vendor, TimeSpan now) => Near(vendor, now).FirstOrDefault(c => c.IsOn(now));

    /// <summary>Whether nothing explains that a vendor is left out at any moment of a time.</summary>
    /// <summary>Whether a vendor other than this one is in order all the time.</summary>
    public bool IsAnotherInOrder(int vendor, TimeSpan from, TimeSpan to) =>
        Enumerable.Range(0, _causes.Length).Any(other => other != vendor && IsInOrder(other, from, to));

    public bool IsInOrder(int vendor, TimeSpan from, TimeSpan to) => !_causes[vendor].Exists(c => c.Explains(from, to));

    private IEnumerable<Cause> Near(int vendor, TimeSpan now) => _causes[vendor].SkipWhile(c => c.To <= now).Take(1);

    private static void Fill(List<Cause> causes, int slot, Dice dice, int kind)
    {
        var end = (Slot * slot) + TimeSpan.FromMinutes(12);
        var at = (Slot * slot) + TimeSpan.FromSeconds(120 + dice.Below(60));
        while (true)
        {
            var cause = New((CauseKind)(kind++ % Kinds), at, ref dice);
            if (cause.To > end)
                return;
            causes.Add(cause);
            at = cause.To + TimeSpan.FromSeconds(30 + dice.Below(60));
        }
    }

    private static Cause New(CauseKind kind, TimeSpan from, ref Dice dice)
    {
        var (shortest, longest, wait) = kind switch
        {
            CauseKind.DeadKey => (60, 300, 0),
            CauseKind.LongLimit => (20, 90, 5 + dice.Below(55)),
            CauseKind.ShortLimit or CauseKind.Busy => (5, 20, 1 + dice.Below(3)),
            CauseKind.BareLimit or CauseKind.Outage => (10, 60, 0),
            _ => (60, 120, 0),
        };
        var length = TimeSpan.FromSeconds(shortest + dice.Below(longest - shortest + 1));
        return new Cause(kind, from, from + length, TimeSpan.FromSeconds(wait));
    }
}
