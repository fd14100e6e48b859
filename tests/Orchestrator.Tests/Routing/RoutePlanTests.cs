using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Routing;

/// <summary>The plan of one call by itself: who comes next, whatever the strategy does.</summary>
public class RoutePlanTests
{
    private readonly List<Exception> _faults = [];

    [Fact]
    public void Everybody_who_may_serve_is_counted()
    {
        var odd = Others("trial", ["f1", "f2"], ["v1", "v2", "v3"]);
        using var plan = Plan(odd, c => c, "a", "b");
        plan.Count.Should().Be(8);
        using var plain = Plan(null, c => c, "a", "b");
        plain.Count.Should().Be(2);
    }

    [Fact]
    public void The_trial_comes_first_then_the_ranked_and_the_avoided_in_their_order()
    {
        using var plan = Plan(Others("trial", [], ["v1", "v2"]), c => c.Reverse(), "a", "b");
        Names(plan).Should().Equal("trial", "b", "a");
        plan.MoveToAvoided(Slot("late"));
        (plan.NextAvoided()!.Info.Name, plan.NextAvoided()!.Info.Name, plan.NextAvoided()!.Info.Name, plan.NextAvoided())
            .Should().Be(("v1", "v2", "late", null));
    }

    [Fact]
    public void Whoever_lost_its_place_joins_those_that_are_full_and_is_avoided_only_if_it_was()
    {
        var (one, two, three, four) = (Slot("one"), Slot("two"), Slot("three"), Slot("four"));
        using var plan = Plan(Others(null, ["full"], []), c => c);
        var full = plan.Full!.Single();
        plan.IsAvoided(full).Should().BeFalse();
        plan.MoveToFull(one, avoided: false);
        plan.IsAvoided(one).Should().BeFalse();
        plan.MoveToFull(two, avoided: true);
        plan.MoveToFull(three, avoided: false);
        plan.MoveToFull(four, avoided: true);
        plan.Full.Should().Equal(full, one, two, three, four);
        plan.Full!.Where(plan.IsAvoided).Should().Equal(two, four);
    }

    [Fact]
    public void Whom_the_strategy_names_again_is_asked_once()
    {
        using var plan = Plan(null, c => [c[1], c[0], c[1], c[2], c[0], c[3], c[2], c[1]], "a", "b", "c", "d");
        Names(plan).Should().Equal("b", "a", "c", "d");
    }

    [Theory]
    [InlineData(999, true)]
    [InlineData(1000, false)]
    public void A_strategy_that_names_nobody_new_for_a_thousand_times_has_ended(int repeats, bool goesOn)
    {
        using var plan = Plan(null, c => [c[0], .. Enumerable.Repeat(c[0], repeats), c[1]], "a", "b");
        plan.Next()!.Info.Name.Should().Be("a");
        plan.HasAnotherAvailable.Should().Be(goesOn);
    }

    [Fact]
    public void A_strategy_has_nothing_to_rank_where_nobody_is_available()
    {
        var asked = false;
        using var plan = Plan(Others("trial", [], []), c => { asked = true; return c; });
        Names(plan).Should().Equal("trial");
        asked.Should().BeFalse();
    }

    [Theory]
    [InlineData(RoutingStrategy.RoundRobin)]
    [InlineData(RoutingStrategy.Random)]
    [InlineData(RoutingStrategy.FirstAvailable)]
    [InlineData(RoutingStrategy.BestAvailable)]
    public void The_first_choice_of_a_built_in_strategy_is_asked_once_and_the_rest_follow(RoutingStrategy strategy)
    {
        var slots = Array.ConvertAll(["a", "b", "c"], Slot);
        var states = Array.ConvertAll(slots, _ => new CandidateState(0, 0, ProviderHealth.Healthy, IsReachable: true));
        using var plan = new RoutePlan(
            slots, states, null, new PlanStrategy(RoutingStrategies.Create(strategy), _faults.Add), RankingCase.Context(1));
        Names(plan).Should().BeEquivalentTo("a", "b", "c");
        _faults.Should().BeEmpty();
    }

    [Fact]
    public void A_source_of_chance_that_breaks_costs_the_order_and_not_the_call()
    {
        var slots = Array.ConvertAll(["a", "b"], Slot);
        var context = new RankContext(RankingCase.Request, 0, new LockedRandom(() => throw new InvalidOperationException("on purpose")));
        using var plan = new RoutePlan(
            slots, new CandidateState[2], null, new PlanStrategy(new RandomStrategy(), _faults.Add), context);
        Names(plan).Should().Equal("a", "b");
        _faults.Should().ContainSingle();
    }

    [Fact]
    public void A_strategy_that_breaks_midway_is_told_of_and_the_rest_keep_the_order_of_the_list()
    {
        using var plan = Plan(null, c => Broken(c[1]), "a", "b", "c");
        Names(plan).Should().Equal("b", "a", "c");
        _faults.Should().ContainSingle();

        static IEnumerable<Candidate> Broken(Candidate first)
        {
            yield return first;
            throw new InvalidOperationException("on purpose");
        }
    }

    [Fact]
    public void The_strategys_enumerator_is_disposed_once_and_its_error_is_logged_and_kept_from_the_call()
    {
        var disposals = 0;
        var plan = Plan(null, Ranked, "a", "b");
        plan.Next();
        plan.Dispose();
        plan.Dispose();
        disposals.Should().Be(1);
        _faults.Should().ContainSingle().Which.Should().BeOfType<InvalidOperationException>();
        plan.HasAnotherAvailable.Should().BeFalse();

        IEnumerable<Candidate> Ranked(IReadOnlyList<Candidate> candidates)
        {
            try
            {
                foreach (var candidate in candidates)
                    yield return candidate;
            }
            finally
            {
                disposals++;
                Fail();
            }
        }

        static void Fail() => throw new InvalidOperationException("on purpose");
    }

    private RoutePlan Plan(UnavailableProviders? odd, Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>> rank, params string[] available)
    {
        var slots = Array.ConvertAll(available, Slot);
        return new(slots, new CandidateState[slots.Length], odd, new PlanStrategy(new Ranked(rank), _faults.Add), RankingCase.Context());
    }

    private static UnavailableProviders Others(string? trial, string[] full, string[] ejected)
    {
        var others = new UnavailableProviders();
        if (trial is not null)
            others.Add(Slot(trial), ProviderAvailability.Trial, 0);
        foreach (var name in full)
            others.Add(Slot(name), ProviderAvailability.AtCapacity, long.MaxValue);
        foreach (var name in ejected)
            others.Add(Slot(name), ProviderAvailability.Ejected, 0);
        return others;
    }

    private static RegisteredProvider Slot(string name)
    {
        var provider = FakeProvider.Answering(name);
        return new(provider, provider.Info, ProviderOptions.Default, new ProviderState(name, new HealthOptions(), Health.States.Clock), null, new TimeoutOptions());
    }

    private static List<string> Names(RoutePlan plan)
    {
        var names = new List<string>();
        while (plan.Next() is { } slot)
            names.Add(slot.Info.Name);
        return names;
    }

    private sealed class Ranked(Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>> rank) : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => rank(candidates);
    }
}
