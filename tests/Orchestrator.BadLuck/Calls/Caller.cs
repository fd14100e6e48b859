using Microsoft.Extensions.AI;
using Orchestrator.Tests.Stress;

namespace Orchestrator.BadLuck;

/// <summary>Asks, thinks, and asks again, until the day is over.</summary>
/// <remarks>Every five minutes most of those who think ask at the same moment, so that lines form. In the nineteenth minute of each slot
/// all are quiet, and begin again together.</remarks>
internal sealed class Caller(int number, long seed, TimeSpan until, WorldClock clock, CallPlans plans, Asking asking)
{
    private static readonly TimeSpan Burst = TimeSpan.FromMinutes(5);
    private Dice _dice = new(seed, number, 7);

    public async Task RunAsync()
    {
        await clock.DelayAsync(TimeSpan.FromMilliseconds(_dice.Below(20_000)));
        while (clock.Now < until)
        {
            var call = plans.Next(number, clock.Now);
            var end = await asking.AskAsync(call);
            if (call.Kind == CallKind.ToolCall && end.HasToolCall)
                await ReturnResultAsync(call, end);
            await ThinkAsync();
        }
    }

    private async Task ReturnResultAsync(Call call, CallEnd end)
    {
        await clock.DelayAsync(TimeSpan.FromMilliseconds(_dice.Below(2000)));
        var asker = call.Visits[^1].Vendor;
        List<ChatMessage> before = [.. Requests.Of(call).Messages, .. end.Messages];
        var kind = end.Conversation is null ? CallKind.ToolResult : CallKind.Conversation;
        await asking.AskAsync(plans.Next(number, kind, asker), before);
    }

    private async Task ThinkAsync()
    {
        var now = clock.Now;
        var next = now + TimeSpan.FromMilliseconds(5000 + _dice.Below(30_000));
        var burst = Burst * (Math.Floor(now / Burst) + 1);
        if (burst < next && _dice.Percent(80))
            next = burst;
        if (LoneCaller.IsQuiet(next, out var ends))
            next = ends;
        await clock.UntilAsync(next);
    }
}
