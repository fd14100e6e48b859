using Orchestrator.Soak;
using Orchestrator.Tests.Stress;

namespace Orchestrator.TwoTenants;

/// <summary>The calls of both tenants, several at once.</summary>
internal sealed class Run(long calls, long seed, Violations violations, Counts counts)
{
    private const int AtOnce = 24;
    private const int MostOrphans = 200;

    private long _next;

    public async Task RunAsync()
    {
        await using var a = new Tenant('a', seed, violations, counts);
        await using var b = new Tenant('b', seed, violations, counts);
        await a.StartAsync();
        await b.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(a, b)));
        // What lost its race may still be read, and is checked too.
        for (var i = 0; i < 200 && RacingHandler.Running > 0; i++)
            await Task.Delay(50);
    }

    private async Task WorkAsync(Tenant a, Tenant b)
    {
        await Task.Yield();
        while (!violations.IsEnough)
        {
            var number = Interlocked.Increment(ref _next);
            if (number > calls)
                return;
            var dice = new Dice(seed, number);
            try
            {
                await (dice.Percent(50) ? a : b).CallAsync((int)number, dice);
            }
            catch (Exception error)
            {
                violations.Add($"call {number} threw {error}");
            }

            while (RacingHandler.Running > MostOrphans)
                await Task.Delay(5);
        }
    }
}
