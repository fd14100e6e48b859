namespace Orchestrator.Tests.Strategies;

public class BestAvailableStrategyTests
{
    private readonly IRoutingStrategy _strategy = RoutingStrategies.Create(RoutingStrategy.BestAvailable);

    [Fact]
    public void Status_comes_before_load() =>
        Order(
            RankingCase.Candidate("fast but failing", 10, health: ProviderHealth.Unhealthy),
            RankingCase.Candidate("slow but degraded", 900, health: ProviderHealth.Degraded),
            RankingCase.Candidate("slow", 5000, inFlight: 9))
        .Should().Equal("slow", "slow but degraded", "fast but failing");

    [Fact]
    public void Load_is_the_expected_time_times_the_calls_it_would_share_it_with() =>
        Order(
            RankingCase.Candidate("100 ms, three running", 100, inFlight: 3),
            RankingCase.Candidate("350 ms, idle", 350),
            RankingCase.Candidate("150 ms, one running", 150, inFlight: 1))
        .Should().Equal("150 ms, one running", "350 ms, idle", "100 ms, three running");

    [Fact]
    public void A_cold_provider_is_as_fast_as_the_median_of_its_peers() =>
        Order(
            RankingCase.Candidate("slow", 900),
            RankingCase.Candidate("cold"),
            RankingCase.Candidate("middle", 100, inFlight: 1),
            RankingCase.Candidate("fast", 50))
        .Should().Equal("fast", "cold", "middle", "slow");

    [Fact]
    public void Of_an_even_number_of_peers_the_median_is_between_the_middle_two() =>
        Order(RankingCase.Candidate("160", 160), RankingCase.Candidate("cold"), RankingCase.Candidate("100", 100))
        .Should().Equal("100", "cold", "160");

    [Fact]
    public void Without_warm_peers_the_fewest_running_calls_decide() =>
        Order(RankingCase.Candidate("two", inFlight: 2), RankingCase.Candidate("none"), RankingCase.Candidate("one", inFlight: 1))
        .Should().Equal("none", "one", "two");

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(120.0)]
    public void Equals_take_turns(double? milliseconds)
    {
        Candidate[] candidates = [.. "abc".Select(c => RankingCase.Candidate(c.ToString(), milliseconds))];

        var firsts = Enumerable.Range(0, 300).Select(i => _strategy.Rank(candidates, RankingCase.Context(i)).First().Info.Name);

        firsts.CountBy(name => name).Should().OnlyContain(share => share.Value == 100);
    }

    [Fact]
    public void More_candidates_than_fit_on_the_stack_are_ranked_too()
    {
        Candidate[] candidates = [RankingCase.Candidate("cold"), .. Enumerable.Range(1, 200).Select(i => RankingCase.Candidate($"{i}", i))];

        Order(candidates)[100].Should().Be("cold", "the median of 1 to 200 lies after the hundredth");
    }

    private string[] Order(params Candidate[] candidates) => _strategy.Rank(candidates, RankingCase.Context()).Names();
}
