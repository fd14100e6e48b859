namespace Orchestrator.Tests.Strategies;

/// <summary>Shares of a rotation in which not all of the set are there at every turn.</summary>
public class RotationTests
{
    private const int Turns = 6000;

    public static TheoryData<RoutingStrategy, string, double[]> Cases => new()
    {
        { RoutingStrategy.RoundRobin, "b is out", [0.5, 0, 0.5] },
        { RoutingStrategy.RoundRobin, "b is out in every second turn", [5 / 12.0, 1 / 6.0, 5 / 12.0] },
        { RoutingStrategy.RoundRobin, "b is out in every third turn", [0.5, 0, 0.5] },
        { RoutingStrategy.RoundRobin, "b is out in every second round", [5 / 12.0, 1 / 6.0, 5 / 12.0] },
        { RoutingStrategy.RoundRobin, "b is out in the turn after its own", [1 / 3.0, 1 / 3.0, 1 / 3.0] },
        { RoutingStrategy.RoundRobin, "b is out for long and comes back", [5 / 12.0, 1 / 6.0, 5 / 12.0] },
        { RoutingStrategy.BestAvailable, "b is out", [0.5, 0, 0.5] },
        { RoutingStrategy.BestAvailable, "b is out in every second turn", [5 / 12.0, 1 / 6.0, 5 / 12.0] },
        { RoutingStrategy.BestAvailable, "b is out in every second round", [5 / 12.0, 1 / 6.0, 5 / 12.0] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_turns_of_one_that_is_out_are_shared_out_evenly(RoutingStrategy strategy, string when, double[] shares)
    {
        var counts = new int[3];
        for (var turn = 0; turn < Turns; turn++)
        {
            int[] there = IsOut(when, turn) ? [0, 2] : [0, 1, 2];
            var states = Array.ConvertAll(there, i => new CandidateState(0, 0, ProviderHealth.Healthy, true, i));
            counts[there[FirstOf(strategy, states, turn)]]++;
        }

        for (var i = 0; i < 3; i++)
            (counts[i] / (double)Turns).Should().BeApproximately(shares[i], 0.02);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Best_available_shares_out_the_turns_of_a_worse_one(int worse)
    {
        var counts = new int[3];
        for (var turn = 0; turn < Turns; turn++)
        {
            var states = new CandidateState[3];
            for (var i = 0; i < 3; i++)
                states[i] = new(0, 0, i == worse ? ProviderHealth.Degraded : ProviderHealth.Healthy, true, i);
            counts[FirstOf(RoutingStrategy.BestAvailable, states, turn)]++;
        }

        for (var i = 0; i < 3; i++)
            (counts[i] / (double)Turns).Should().BeApproximately(i == worse ? 0 : 0.5, 0.02);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    public void With_all_but_two_out_both_get_half(int set)
    {
        for (var one = 0; one < set; one++)
        {
            for (var other = one + 1; other < set; other++)
            {
                CandidateState[] states = [new(0, 0, default, true, one), new(0, 0, default, true, other)];
                var first = Enumerable.Range(0, Turns).Count(turn => FirstOf(RoutingStrategy.RoundRobin, states, turn, set) == 0);
                (first / (double)Turns).Should().BeApproximately(0.5, 0.02);
            }
        }
    }

    private static bool IsOut(string when, int turn) => when switch
    {
        "b is out" => true,
        "b is out in every second turn" => turn % 2 == 1,
        "b is out in every third turn" => turn % 3 == 1,
        "b is out in every second round" => turn / 3 % 2 == 1,
        "b is out in the turn after its own" => turn % 3 == 2,
        _ => turn / 1000 % 2 == 1,
    };

    private static int FirstOf(RoutingStrategy strategy, CandidateState[] states, int turn, int set = 3) =>
        ((IFirstChoice)RoutingStrategies.Create(strategy)).FirstOf(states, RankingCase.Context(turn) with { Among = set });
}
