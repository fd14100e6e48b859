namespace Orchestrator.Tests.Strategies;

public class RoundRobinStrategyTests
{
    private readonly IRoutingStrategy _strategy = RoutingStrategies.Create(RoutingStrategy.RoundRobin);
    private readonly Candidate[] _candidates = RankingCase.Named("a", "b", "c");

    [Theory]
    [InlineData(0, "a b c")]
    [InlineData(1, "b c a")]
    [InlineData(2, "c a b")]
    [InlineData(3, "a b c")]
    [InlineData(long.MaxValue, "b c a")]
    public void Rotates_by_the_turn(long sequence, string expected) =>
        string.Join(' ', _strategy.Rank(_candidates, RankingCase.Context(sequence)).Names()).Should().Be(expected);

    [Fact]
    public void Gives_every_provider_the_same_share()
    {
        var firsts = Enumerable.Range(0, 300).Select(i => _strategy.Rank(_candidates, RankingCase.Context(i)).First().Info.Name);

        firsts.CountBy(name => name).Should().OnlyContain(share => share.Value == 100);
    }

    [Fact]
    public void Asks_for_no_chance() =>
        _strategy.Rank(_candidates, new RankContext(RankingCase.Request, 0, null!)).Names().Should().Equal("a", "b", "c");
}
