using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>The plan of one call by itself: which provider comes next, whatever the strategy does.</summary>
public class RoutePlanTests
{
    private readonly List<Exception> _faults = [];

    [Fact]
    public void Every_provider_that_may_serve_is_counted()
    {
        var unavailable = new UnavailableProviders(
            Registered("trial"), [Registered("f1"), Registered("f2")], [Registered("v1"), Registered("v2"), Registered("v3")], 0);
        using var plan = Plan(unavailable, c => c, "a", "b");
        plan.Count.Should().Be(8);
        using var plain = Plan(null, c => c, "a", "b");
        plain.Count.Should().Be(2);
    }

    [Fact]
    public void The_trial_comes_first_then_the_ranked_and_the_avoided_in_their_order()
    {
        using var plan = Plan(new(Registered("trial"), null, [Registered("v1"), Registered("v2")], 0), c => c.Reverse(), "a", "b");
        Names(plan).Should().Equal("trial", "b", "a");
        plan.MoveToAvoided(Registered("late"));
        (plan.NextAvoided()!.Info.Name, plan.NextAvoided()!.Info.Name, plan.NextAvoided()!.Info.Name, plan.NextAvoided())
            .Should().Be(("v1", "v2", "late", null));
    }

    [Fact]
    public void A_provider_that_lost_its_permit_joins_the_full_ones_and_is_avoided_only_if_it_was()
    {
        var (full, one, two, three, four) =
            (Registered("full"), Registered("one"), Registered("two"), Registered("three"), Registered("four"));
        using var plan = Plan(new(null, [full], null, 0), c => c);
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
        using var plan = Plan(new(Registered("trial"), null, null, 0), c => { asked = true; return c; });
        Names(plan).Should().Equal("trial");
        asked.Should().BeFalse();
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
        UnavailableProviders? unavailable, Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>> rank, params string[] available)
    {
        var providers = Array.ConvertAll(available, Registered);
        return new(providers, [.. providers.Select((p, i) => new Candidate(p.Info) { Plan = providers, Index = i })], unavailable,
            new CustomRanking(rank), Strategies.RankingCase.Context(), _faults.Add);
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
