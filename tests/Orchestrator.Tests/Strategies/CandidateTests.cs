namespace Orchestrator.Tests.Strategies;

public class CandidateTests
{
    [Theory]
    [InlineData(0, 2.5)]
    [InlineData(1, 5.0)]
    [InlineData(3, 10.0)]
    public void Load_is_the_time_to_the_first_token_in_seconds_for_every_attempt_and_one_more(int inFlight, double expected) =>
        RankingCase.Candidate("a", 2500, inFlight).Load.Should().Be(expected);

    [Fact]
    public void A_cold_provider_has_no_load() => RankingCase.Candidate("a", inFlight: 3).Load.Should().BeNull();

    [Fact]
    public void A_provider_that_was_never_probed_counts_as_reachable() =>
        new Candidate(new ProviderInfo("a", "mock", "m")).IsReachable.Should().BeTrue();
}
