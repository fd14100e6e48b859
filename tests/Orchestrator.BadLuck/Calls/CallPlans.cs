using Orchestrator.Tests.Stress;

namespace Orchestrator.BadLuck;

/// <summary>Rolls what a call asks for.</summary>
/// <remarks>Every tenth minute belongs to one kind of bad luck, which then strikes every fourth call.</remarks>
/// <param name="seed">What it rolls by.</param>
/// <param name="vendors">Whom calls may name.</param>
/// <param name="without">The kinds that are left out: good calls take their places.</param>
internal sealed class CallPlans(long seed, Vendor[] vendors, IReadOnlySet<string> without)
{
    private static readonly CallKind[] Bursts =
    [
        CallKind.Firewall, CallKind.Flagged, CallKind.Unwritable, CallKind.Tight, CallKind.Cancelled, CallKind.RefusedByOne,
        CallKind.SlowArguments,
    ];

    private static readonly (CallKind Kind, double Percent)[] Shares =
    [
        (CallKind.Pinned, 8), (CallKind.ToolCall, 5), (CallKind.SlowArguments, 0.3), (CallKind.RefusedByOne, 1.5),
        (CallKind.Firewall, 0.7), (CallKind.Flagged, 0.7), (CallKind.Unwritable, 0.7), (CallKind.Tight, 1.5), (CallKind.Cancelled, 1.5),
    ];

    private int _next;

    /// <summary>The next call of a caller.</summary>
    public Call Next(int caller, TimeSpan now)
    {
        var id = ++_next;
        var dice = new Dice(seed, id);
        return New(id, caller, KindAt(now, ref dice), dice);
    }

    /// <summary>A call of a kind that is asked for. The lone caller's are short, so that many fit into a minute.</summary>
    public Call Next(int caller, CallKind kind, Vendor? named = null, bool isShort = false)
    {
        var id = ++_next;
        var call = New(id, caller, kind, new Dice(seed, id));
        call = named is null ? call : call with { Named = named };
        return isShort ? call with { FirstDelay = TimeSpan.FromMilliseconds(20), Gap = TimeSpan.FromMilliseconds(10) } : call;
    }

    private CallKind KindAt(TimeSpan now, ref Dice dice)
    {
        var kind = Rolled((int)now.TotalMinutes, ref dice);
        return without.Contains(kind.ToString()) ? CallKind.Good : kind;
    }

    private static CallKind Rolled(int minute, ref Dice dice)
    {
        if (minute % 10 == 3 && dice.Percent(25))
            return Bursts[minute / 10 % Bursts.Length];
        foreach (var (kind, percent) in Shares)
        {
            if (dice.Percent(percent))
                return kind;
        }

        return CallKind.Good;
    }

    private Call New(int id, int caller, CallKind kind, Dice dice)
    {
        var isSlow = kind == CallKind.SlowArguments;
        return new Call(id, caller, kind)
        {
            Streamed = dice.Percent(50),
            Named = kind is CallKind.Pinned or CallKind.RefusedByOne ? vendors[dice.Below(vendors.Length)] : null,
            FirstDelay = TimeSpan.FromMilliseconds(isSlow ? 200 : 100 + dice.Below(500)),
            Pieces = isSlow ? 60 : 2 + dice.Below(6),
            Gap = TimeSpan.FromMilliseconds(isSlow ? 250 : 50 + dice.Below(350)),
            Patience = TimeSpan.FromMilliseconds(kind == CallKind.Tight ? 5 + dice.Below(196) : 1 + dice.Below(4000)),
            Variant = dice.Below(12),
        };
    }
}
