namespace Orchestrator.Tests.Strategies;

public class FirstAvailableStrategyTests
{
    private readonly IRoutingStrategy _strategy = RoutingStrategies.Create(RoutingStrategy.FirstAvailable);

    [Fact]
    public void Keeps_the_order_they_were_added_in() =>
        _strategy.Rank(RankingCase.Named("a", "b", "c"), RankingCase.Context(2)).Names().Should().Equal("a", "b", "c");

    [Fact]
    public void Puts_those_that_failed_their_probe_last_in_their_order()
    {
        Candidate[] candidates =
        [
            RankingCase.Candidate("a", reachable: false),
            RankingCase.Candidate("b"),
            RankingCase.Candidate("c", reachable: false),
            RankingCase.Candidate("d"),
        ];

        _strategy.Rank(candidates, RankingCase.Context()).Names().Should().Equal("b", "d", "a", "c");
    }

    [Fact]
    public void Keeps_the_order_when_no_provider_is_reachable()
    {
        Candidate[] candidates = [RankingCase.Candidate("a", reachable: false), RankingCase.Candidate("b", reachable: false)];

        _strategy.Rank(candidates, RankingCase.Context()).Names().Should().Equal("a", "b");
    }
}
