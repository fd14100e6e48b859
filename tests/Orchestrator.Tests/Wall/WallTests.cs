using Orchestrator.Tests.Stress;
using Orchestrator.Tests.Support;
using Orchestrator.Wall;

namespace Orchestrator.Tests.Wall;

/// <summary>
/// Every scenario of the wall with the verdict it has to come to. Alone: the wall's clock leaps when nothing in the process moves.
/// </summary>
[Collection(StressCollection.Name)]
public sealed class WallTests
{
    // Seconds each: they wait for the operating system, carry gigabytes, or make a thousand calls.
    private static readonly string[] Slow = ["F03", "F04", "N07", "N19"];

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            // One mode a scenario, in turn, without the slow ones; all of them where the tests are thorough, and in any run of
            // tests/Orchestrator.Wall.
            foreach (var (i, scenario) in WallScenarios.All.Where(s => Effort.IsThorough || !Slow.Contains(s.Id)).Index())
            {
                foreach (var mode in Effort.IsThorough ? scenario.Modes : [scenario.Modes[i % scenario.Modes.Count]])
                    rows.Add(scenario.Id, mode.ToString());
            }

            return rows;
        }
    }

    public static TheoryData<string, string> OtherProtocols
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var protocol in WallProtocols.All.Select(p => p.Name).Where(n => n != "openai"))
            {
                foreach (var id in new[] { "S09", "S16", "N04", "N10" })
                    rows.Add(protocol, id);
            }

            return rows;
        }
    }

    public static TheoryData<string> Dialects => [.. WallDialects.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_fault_comes_to_the_verdict_it_has_to(string id, string mode)
    {
        var asked = Enum.Parse<WallMode>(mode);

        var result = await Task.Run(() => WallRunner.RunAsync(WallScenarios.Named(id), asked, WallProtocols.Named("openai")));

        result.Verdict.Should().BeOneOf([WallCard.Expected(id, asked), WallVerdict.Skipped], result.Note);
        result.BelowOurs.Should().BeFalse(result.Note);
    }

    /// <summary>What looks different in each protocol. The whole of the others takes half a minute each, and is run at night.</summary>
    [Theory]
    [MemberData(nameof(OtherProtocols))]
    public async Task The_other_protocols_come_to_the_same_verdicts(string protocol, string id)
    {
        foreach (var mode in WallModes.All)
        {
            var result = await Task.Run(() => WallRunner.RunAsync(WallScenarios.Named(id), mode, WallProtocols.Named(protocol)));

            result.Verdict.Should().BeOneOf([WallCard.Expected(id, mode), WallVerdict.Skipped], result.Note);
        }
    }

    /// <summary>A cut and a limit in every dialect; the whole of them takes a quarter of an hour, and is run at night.</summary>
    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Dialects_come_to_the_same_verdicts(string dialect)
    {
        foreach (var (id, mode) in new[] { ("S09", WallMode.Live), ("S16", WallMode.Buffered), ("S16", WallMode.LiveWithRestart) })
        {
            var result = await Task.Run(() => WallRunner.RunAsync(WallScenarios.Named(id), mode, WallProtocols.Named(dialect)));

            result.Verdict.Should().Be(WallCard.Expected(id, mode), result.Note);
        }
    }

    [Fact]
    public async Task The_outage_is_met_within_its_figures_whatever_the_jitter()
    {
        var outcome = await Task.Run(() => OutageSeeds.Run(1000));

        outcome.Faults.Should().BeEmpty();
        outcome.Seeds.Should().Be(1000);
    }
}
