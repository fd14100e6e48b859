namespace Orchestrator.Tests.Strategies;

/// <summary>Best-available together with the peak-EWMA it reads, over a minute or two of simulated load.</summary>
public class BestAvailableLoadTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 20)]
    [InlineData(3, 200)]
    public void Equal_providers_share_alike_at_any_load(int seed, double perSecond)
    {
        var simulation = new LoadSimulation(seed, _ => 0.1, _ => 0.1, _ => 0.1);

        simulation.Run(0, 120, perSecond);

        for (var i = 0; i < 3; i++)
            simulation.ShareOf(i).Should().BeInRange(0.2, 0.47);
    }

    [Fact]
    public void A_burst_is_spread_and_does_not_herd()
    {
        var simulation = new LoadSimulation(4, _ => 0.5, _ => 0.5, _ => 0.5, _ => 0.5);
        simulation.Run(0, 20, 10);

        simulation.Run(20, 20.2, 2000);

        simulation.MostInFlight.Should().BeLessThan(200, "about 400 calls over four equal providers are about 100 each");
    }

    [Fact]
    public void A_slow_provider_gets_little_but_is_not_starved()
    {
        var simulation = new LoadSimulation(5, _ => 0.1, _ => 0.1, _ => 1.5);

        simulation.Run(0, 120, 30);

        simulation.ShareOf(2).Should().BeInRange(0.001, 0.15);
        simulation.ShareOf(2, 60, 120).Should().BePositive("its old times fade, so it is tried again now and then");
    }

    [Fact]
    public void A_provider_that_recovers_is_explored_and_used_again()
    {
        var simulation = new LoadSimulation(6, _ => 0.2, at => at is > 30 and < 60 ? 5 : 0.2);

        simulation.Run(0, 180, 20);

        simulation.ShareOf(1, 0, 30).Should().BeInRange(0.35, 0.65);
        simulation.ShareOf(1, 35, 60).Should().BeLessThan(0.1);
        simulation.ShareOf(1, 120, 180).Should().BeInRange(0.35, 0.65);
    }

    [Fact]
    public void A_cold_newcomer_meets_no_stampede()
    {
        var inFlight = new[] { 5, 5, 5, 0 };
        var strategy = RoutingStrategies.Create(RoutingStrategy.BestAvailable);

        for (var call = 0; call < 40; call++)
        {
            var candidates = inFlight.Select((running, i) => RankingCase.Candidate($"{i}", i < 3 ? 100 : null, running)).ToArray();
            inFlight[int.Parse(strategy.Rank(candidates, RankingCase.Context(call)).First().Info.Name)]++;
        }

        (inFlight.Max() - inFlight.Min()).Should().BeLessThanOrEqualTo(1, "it fills up to its peers and then shares with them");
    }
}
