using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>The plan of one call by itself: which provider comes next, whatever the strategy does.</summary>
public class RoutePlanTests
{
    private readonly List<Exception> _faults = [];

    [Fact]
    public void Every_provider_that_may_serve_is_counted()
    {
        var unavailable = Others("trial", ["f1", "f2"], ["v1", "v2", "v3"]);
        using var plan = Plan(unavailable, c => c, "a", "b");
        plan.Count.Should().Be(8);
        using var plain = Plan(null, c => c, "a", "b");
        plain.Count.Should().Be(2);
    }

    [Fact]
    public void The_trial_comes_first_then_the_ranked_and_the_ejected_in_their_order()
    {
        using var plan = Plan(Others("trial", [], ["v1", "v2"]), c => c.Reverse(), "a", "b");
        Names(plan).Should().Equal("trial", "b", "a");
        plan.MoveToEjected(Registered("late"));
        (plan.NextEjected()!.Info.Name, plan.NextEjected()!.Info.Name, plan.NextEjected()!.Info.Name, plan.NextEjected())
            .Should().Be(("v1", "v2", "late", null));
    }

    [Fact]
    public void A_provider_that_lost_its_permit_joins_the_full_ones_and_is_ejected_only_if_it_was()
    {
        var (one, two, three, four) = (Registered("one"), Registered("two"), Registered("three"), Registered("four"));
        using var plan = Plan(Others(null, ["full"], []), c => c);
        var full = plan.Full!.Single();
        plan.IsEjected(full).Should().BeFalse();
        plan.MoveToFull(one, ejected: false);
        plan.IsEjected(one).Should().BeFalse();
        plan.MoveToFull(two, ejected: true);
        plan.MoveToFull(three, ejected: false);
        plan.MoveToFull(four, ejected: true);
        plan.Full.Should().Equal(full, one, two, three, four);
        plan.Full!.Where(plan.IsEjected).Should().Equal(two, four);
    }

    [Fact]
    public void A_provider_whose_permit_has_come_is_not_asked_again_by_a_plan_that_found_it_free()
    {
        var unavailable = Others("trial", ["full"], ["ejected"]);
        var (trial, full, ejected) = (unavailable.Trial!, unavailable.Full!.Single(), unavailable.EjectedProviders!.Single());
        RegisteredProvider[] free = [Registered("a"), Registered("b"), Registered("c")];
        using var plan = Plan(unavailable, c => c, free);
        plan.HasAnotherAvailable.Should().BeTrue("a is looked at before its permit comes");
        foreach (var registered in new[] { trial, full, ejected, free[0], free[2] })
            plan.Forget(registered);
        plan.CountUntried().Should().Be(1);
        Names(plan).Should().Equal("b");
        (plan.NextEjected(), plan.Full!.Count, plan.HasTrial).Should().Be((null, 0, false));
    }

    [Fact]
    public void A_candidate_that_the_strategy_names_again_is_asked_once()
    {
        using var plan = Plan(null, c => [c[1], c[0], c[1], c[2], c[0], c[3], c[2], c[1]], "a", "b", "c", "d");
        Names(plan).Should().Equal("b", "a", "c", "d");
    }

    [Theory]
    [InlineData(999, true)]
    [InlineData(1000, false)]
    public void A_strategy_that_names_no_new_candidate_a_thousand_times_has_ended(int repeats, bool goesOn)
    {
        using var plan = Plan(null, c => [c[0], .. Enumerable.Repeat(c[0], repeats), c[1]], "a", "b");
        plan.Next()!.Info.Name.Should().Be("a");
        plan.HasAnotherAvailable.Should().Be(goesOn);
    }

    [Fact]
    public void A_strategy_has_nothing_to_rank_where_no_provider_is_available()
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
        var slots = Array.ConvertAll(["a", "b", "c"], Registered);
        var states = Array.ConvertAll(slots, _ => new CandidateState(0, 0, ProviderHealth.Healthy, IsReachable: true));
        using var plan = new RoutePlan(
            slots, states, null, new PlanStrategy(RoutingStrategies.Create(strategy), _faults.Add), Strategies.RankingCase.Context(1));
        Names(plan).Should().BeEquivalentTo("a", "b", "c");
        _faults.Should().BeEmpty();
    }

    [Fact]
    public void A_source_of_chance_that_breaks_costs_the_order_and_not_the_call()
    {
        var slots = Array.ConvertAll(["a", "b"], Registered);
        var broken = new LockedRandom(() => throw new InvalidOperationException("on purpose"));
        var context = new RankContext(Strategies.RankingCase.Request, 0, broken);
        using var plan = new RoutePlan(
            slots, new CandidateState[2], null, new PlanStrategy(new RandomStrategy(), _faults.Add), context);
        Names(plan).Should().Equal("a", "b");
        _faults.Should().ContainSingle();
    }

    [Fact]
    public void A_strategy_that_breaks_midway_is_reported_and_the_rest_keep_the_order_of_the_list()
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

    private RoutePlan Plan(
        UnavailableProviders? unavailable, Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>> rank, params string[] available) =>
        Plan(unavailable, rank, Array.ConvertAll(available, Registered));

    private RoutePlan Plan(
        UnavailableProviders? unavailable, Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>> rank, RegisteredProvider[] available)
    {
        var strategy = new PlanStrategy(new CustomRanking(rank), _faults.Add);
        return new(available, new CandidateState[available.Length], unavailable, strategy, Strategies.RankingCase.Context());
    }

    private static UnavailableProviders Others(string? trial, string[] full, string[] ejected)
    {
        var others = new UnavailableProviders();
        if (trial is not null)
            others.Add(Registered(trial), ProviderAvailability.Trial, 0);
        foreach (var name in full)
            others.Add(Registered(name), ProviderAvailability.AtCapacity, long.MaxValue);
        foreach (var name in ejected)
            others.Add(Registered(name), ProviderAvailability.Ejected, 0);
        return others;
    }

    private static RegisteredProvider Registered(string name)
    {
        var provider = FakeProvider.Answering(name);
        return new(provider, provider.Info, ProviderOptions.Default, new ProviderState(name, new HealthOptions(), Registry.States.Clock),
            null, new TimeoutOptions());
    }

    private static List<string> Names(RoutePlan plan)
    {
        var names = new List<string>();
        while (plan.Next() is { } registered)
            names.Add(registered.Info.Name);
        return names;
    }
}
