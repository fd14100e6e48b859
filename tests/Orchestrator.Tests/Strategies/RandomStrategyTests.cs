namespace Orchestrator.Tests.Strategies;

public class RandomStrategyTests
{
    private readonly IRoutingStrategy _strategy = RoutingStrategies.Create(RoutingStrategy.Random);
    private readonly Candidate[] _candidates = RankingCase.Named("a", "b", "c");

    [Fact]
    public void Every_order_is_equally_likely()
    {
        var random = new Random(7);
        var orders = Enumerable.Range(0, 6000)
            .Select(i => string.Concat(_strategy.Rank(_candidates, new RankContext(RankingCase.Request, i, random)).Names()))
            .CountBy(order => order)
            .ToDictionary();

        orders.Should().HaveCount(6).And.OnlyContain(order => order.Value > 900 && order.Value < 1100);
    }

    [Fact]
    public void The_same_seed_gives_the_same_order() =>
        _strategy.Rank(_candidates, RankingCase.Context(seed: 11)).Names()
            .Should().Equal(_strategy.Rank(_candidates, RankingCase.Context(seed: 11)).Names());

    [Fact]
    public void Draws_once_for_each_candidate_read()
    {
        var random = new CountingRandom();

        _ = _strategy.Rank(_candidates, new RankContext(RankingCase.Request, 0, random)).First();

        random.Draws.Should().Be(1);
    }

    private sealed class CountingRandom : Random
    {
        public int Draws { get; private set; }

        public override int Next(int minValue, int maxValue)
        {
            Draws++;
            return minValue;
        }
    }
}
