using FsCheck.Xunit;

namespace Orchestrator.Tests.Strategies;

/// <summary>What holds for every built-in strategy.</summary>
public class RankingTests
{
    [Property]
    public void Every_ranking_is_a_permutation_of_the_candidates(byte count, int seed, long sequence)
    {
        var candidates = RankingCase.Any(count % 80, seed);
        foreach (var strategy in Enum.GetValues<RoutingStrategy>())
        {
            RoutingStrategies.Create(strategy).Rank(candidates, RankingCase.Context(sequence, seed)).Names().Order()
                .Should().Equal(candidates.Names().Order(), $"{strategy} leaves none out and repeats none");
        }
    }

    [Property]
    public void The_order_agrees_with_a_naive_one(byte count, int seed, long sequence)
    {
        var candidates = RankingCase.Any(count % 80, seed);
        var start = candidates.Length == 0 ? 0 : (int)((ulong)sequence % (ulong)candidates.Length);

        Order(RoutingStrategy.RoundRobin).Should().Equal(From(start).Names());
        Order(RoutingStrategy.FirstAvailable).Should().Equal(candidates.OrderBy(c => !c.IsReachable).Names());
        var best = Order(RoutingStrategy.BestAvailable);
        var first = Array.FindIndex(candidates, c => c.Info.Name == best.FirstOrDefault());
        best.Should().Equal(
            From(Math.Max(0, first)).OrderBy(c => c.Health)
                .ThenBy(c => (c.TimeToFirstToken?.Ticks ?? MedianTicks(candidates)) * (c.InFlight + 1)).Names(),
            "the best come first, and equals in turn from the first on");

        Candidate[] From(int position) => [.. candidates[position..], .. candidates[..position]];

        string[] Order(RoutingStrategy strategy) =>
            RoutingStrategies.Create(strategy).Rank(candidates, RankingCase.Context(sequence)).Names();
    }

    [Theory]
    [InlineData(RoutingStrategy.RoundRobin)]
    [InlineData(RoutingStrategy.Random)]
    [InlineData(RoutingStrategy.FirstAvailable)]
    [InlineData(RoutingStrategy.BestAvailable)]
    public void A_ranking_can_be_read_twice_and_from_any_list(RoutingStrategy strategy)
    {
        var candidates = RankingCase.Any(7, 42).ToList();
        var ranking = RoutingStrategies.Create(strategy).Rank(candidates, RankingCase.Context(5));

        using var abandoned = ranking.GetEnumerator();
        abandoned.MoveNext().Should().BeTrue();

        ranking.Names().Should().BeEquivalentTo(candidates.Names());
        ranking.Names().Should().BeEquivalentTo(candidates.Names());
        if (strategy != RoutingStrategy.Random)
            ranking.Names().Should().Equal(ranking.Names()).And.StartWith(abandoned.Current.Info.Name);
    }

    [Theory]
    [InlineData(RoutingStrategy.RoundRobin)]
    [InlineData(RoutingStrategy.Random)]
    [InlineData(RoutingStrategy.FirstAvailable)]
    [InlineData(RoutingStrategy.BestAvailable)]
    public void A_finished_ranking_stays_finished(RoutingStrategy strategy)
    {
        using var ranking = RoutingStrategies.Create(strategy).Rank(RankingCase.Any(2, 1), RankingCase.Context()).GetEnumerator();

        ranking.MoveNext().Should().BeTrue();
        ranking.MoveNext().Should().BeTrue();
        ranking.MoveNext().Should().BeFalse();
        ranking.MoveNext().Should().BeFalse();
    }

    [Theory]
    [InlineData(RoutingStrategy.RoundRobin)]
    [InlineData(RoutingStrategy.FirstAvailable)]
    [InlineData(RoutingStrategy.BestAvailable)]
    [InlineData(RoutingStrategy.Random)]
    public void The_first_choice_allocates_nothing(RoutingStrategy strategy)
    {
        var first = (IFirstChoice)RoutingStrategies.Create(strategy);
        var states = Array.ConvertAll(RankingCase.Any(16, 3), c => c.State);
        var context = RankingCase.Context();
        Read(1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Read(int times)
        {
            for (var i = 0; i < times; i++)
                first.FirstOf(states, context);
        }
    }

    [Property]
    public void The_first_choice_is_the_first_of_the_ranking(byte count, int seed, long sequence)
    {
        var candidates = RankingCase.Any(count % 80 + 1, seed);
        foreach (var strategy in Enum.GetValues<RoutingStrategy>())
        {
            var builtIn = RoutingStrategies.Create(strategy);
            var first = ((IFirstChoice)builtIn).FirstOf(
                Array.ConvertAll(candidates, c => c.State), RankingCase.Context(sequence, seed));
            candidates[first].Info.Name.Should().Be(
                builtIn.Rank(candidates, RankingCase.Context(sequence, seed)).First().Info.Name, $"{strategy} has one order");
        }
    }

    private static decimal MedianTicks(Candidate[] candidates)
    {
        var warm = candidates.Where(c => c.TimeToFirstToken is not null).Select(c => c.TimeToFirstToken!.Value.Ticks).Order().ToArray();
        return warm.Length == 0 ? 1 : (warm[(warm.Length - 1) / 2] + (decimal)warm[warm.Length / 2]) / 2;
    }
}
