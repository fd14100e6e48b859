using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Registry;

/// <summary>The turns of sets of candidates by themselves.</summary>
public class TurnsTests
{
    private readonly Turns _turns = new();

    [Fact]
    public void A_set_has_turns_of_its_own_from_0_up()
    {
        var all = Set("a", "b", "c");
        _turns.SetWhole(all);
        Take(all, all, 3).Should().Equal(0, 1, 2);
        Take(all, [all[0], all[1]], 2).Should().Equal(0, 1);
        Take(all, [all[1], all[2]], 1).Should().Equal(0);
        Take(all, [all[0], all[1]], 1).Should().Equal(2);
        Take(all, all, 1).Should().Equal(3);
    }

    [Fact]
    public void A_set_is_known_by_its_names_whatever_the_order_and_the_instances()
    {
        var all = Set("a", "b", "c");
        _turns.SetWhole(all);
        Take(all, all, 2);
        Take(all, [all[0], all[1]], 2);
        var next = Set("c", "b", "a");
        _turns.SetWhole(next);
        Take(next, next, 1).Should().Equal(2);
        Take(next, [next[1], next[2]], 1).Should().Equal(2);
    }

    [Fact]
    public void A_subset_that_becomes_the_whole_list_goes_on()
    {
        var all = Set("a", "b", "c");
        _turns.SetWhole(all);
        Take(all, [all[0], all[1]], 2);
        RegisteredProvider[] less = [all[0], all[1]];
        _turns.SetWhole(less);
        Take(less, less, 1).Should().Equal(2);
        _turns.PeekOf(less, less).Should().Be(3);
    }

    [Fact]
    public void A_call_that_still_sees_the_list_as_it_was_takes_a_turn_of_the_same_set()
    {
        var (before, after) = (Set("a", "b"), Set("a", "b"));
        _turns.SetWhole(before);
        Take(before, before, 1);
        _turns.SetWhole(after);
        Take(before, before, 1).Should().Equal(1);
        Take(after, after, 1).Should().Equal(2);
    }

    [Fact]
    public void Of_many_sets_those_that_were_not_used_for_longest_are_forgotten()
    {
        var all = Set([.. Enumerable.Range(0, 600).Select(i => $"p{i}")]);
        _turns.SetWhole(all);
        Take(all, all, 5);
        for (var i = 0; i < 600; i++)
        {
            Take(all, [all[i]], 1);
            Take(all, [all[0]], 1);
        }

        _turns.PeekOf(all, [all[0]]).Should().Be(601, "it was always in use");
        _turns.PeekOf(all, [all[599]]).Should().Be(1);
        _turns.PeekOf(all, [all[600 - Turns.MostSets + 2]]).Should().Be(1);
        _turns.PeekOf(all, [all[600 - Turns.MostSets + 1]]).Should().Be(0);
        _turns.PeekOf(all, all).Should().Be(5);
        var again = Set([.. Enumerable.Range(0, 600).Select(i => $"p{i}")]);
        _turns.SetWhole(again);
        _turns.PeekOf(again, again).Should().Be(5, "the set of all is kept as long as it is in use");
    }

    [Fact]
    public void To_look_a_set_up_allocates_nothing()
    {
        var all = Set("a", "b", "c");
        _turns.SetWhole(all);
        RegisteredProvider[] some = [all[0], all[2]];
        Read(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(100);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Read(int times)
        {
            for (var i = 0; i < times; i++)
            {
                _turns.Of(all, all).Take();
                _turns.Of(all, some).Take();
            }
        }
    }

    private long[] Take(RegisteredProvider[] all, RegisteredProvider[] set, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => _turns.Of(all, set).Take())];

    private static RegisteredProvider[] Set(params string[] names) => Array.ConvertAll(names, name =>
    {
        var provider = FakeProvider.Answering(name);
        var state = new ProviderState(name, new HealthOptions(), States.Clock);
        return new RegisteredProvider(provider, provider.Info, ProviderOptions.Default, state, null, new TimeoutOptions());
    });
}
