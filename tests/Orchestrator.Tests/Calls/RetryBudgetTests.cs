using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>20 % of the calls and 10 a second, whatever happens.</summary>
public class RetryBudgetTests
{
    private const long Second = 1000;

    private static RetryBudget New(double share = 0.2, double perSecond = 10) =>
        new(new RetryOptions { BudgetShare = share, BudgetPerSecond = perSecond }, Second, 0);

    [Fact]
    public void A_new_router_may_retry_at_once_and_ten_times()
    {
        var budget = New();
        Enumerable.Range(1, 20).Count(i => budget.TryTake(calls: 0, now: 0)).Should().Be(10);
    }

    [Fact]
    public void A_second_gives_ten_more()
    {
        var budget = New();
        Take(budget, 0, 0, 100).Should().Be(10);
        Take(budget, 0, Second / 2, 100).Should().Be(5);
        Take(budget, 0, Second * 100, 100).Should().Be(10, "what is not used is not saved up");
    }

    [Fact]
    public void Five_calls_give_one_more()
    {
        var budget = New(perSecond: 0);
        Take(budget, 4, 0, 10).Should().Be(0);
        // A second to learn the rate by, which bounds what may be saved up.
        Take(budget, 100, Second, 100).Should().BeInRange(15, 20);
    }

    [Fact]
    public void A_quiet_night_does_not_pay_for_a_storm()
    {
        var budget = New();
        Take(budget, 1_000_000, 8 * 3600 * Second, 10_000).Should().BeLessThan(20);
    }

    [Fact]
    public void What_is_put_back_can_be_taken_again()
    {
        var budget = New();
        Take(budget, 0, 0, 100).Should().Be(10);
        budget.PutBack();
        Take(budget, 0, 0, 100).Should().Be(1);
    }

    [Fact]
    public void A_clock_that_jumps_neither_fills_nor_empties_it()
    {
        var budget = New();
        Take(budget, 0, 3600 * Second, 100).Should().Be(10);
        Take(budget, 0, 0, 100).Should().Be(0);
        Take(budget, 0, Second, 100).Should().Be(10);
    }

    [Fact]
    public void A_full_budget_takes_nothing_back()
    {
        var budget = New();
        budget.PutBack();
        Take(budget, 0, 0, 100).Should().Be(10);
    }

    [Fact]
    public void Less_than_one_a_second_comes_to_a_whole_one_in_time()
    {
        var budget = New(share: 0, perSecond: 0.25);
        Take(budget, 0, Second, 10).Should().Be(0);
        Take(budget, 0, 3 * Second, 10).Should().Be(1);
        Take(budget, 0, 6 * Second, 10).Should().Be(0);
        Take(budget, 0, 7 * Second, 10).Should().Be(1);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4.9, 0)]
    // As far apart as that no two callers have looked at the clock: it has stepped back, and time goes on from there.
    [InlineData(5, 10)]
    [InlineData(60, 10)]
    public void A_look_at_the_clock_that_comes_late_gives_no_second_twice(double late, int again)
    {
        var budget = New(share: 0);
        Take(budget, 0, 100 * Second, 100).Should().Be(10);
        Take(budget, 0, (long)((100 - late) * Second), 100).Should().Be(0);
        Take(budget, 0, (long)((101 - late) * Second), 100).Should().Be(again);
    }

    [Fact]
    public void A_call_is_paid_for_once_in_whatever_order_they_come()
    {
        var budget = New(share: 1, perSecond: 0);
        Take(budget, 10, 0, 100).Should().Be(10);
        Take(budget, 5, 0, 100).Should().Be(0);
        Take(budget, 10, 0, 100).Should().Be(0);
        Take(budget, 12, 0, 100).Should().Be(2);
    }

    [Fact]
    public void What_may_be_saved_up_follows_the_rate_of_the_calls()
    {
        var budget = New(share: 1, perSecond: 0);
        Take(budget, 100, 2 * Second, 1).Should().Be(1);
        // Fifty a second until then, thirty since: of 49 and 30 more only a second's worth is kept.
        Take(budget, 130, 3 * Second, 1000).Should().Be(30);
        Take(budget, 130, 4 * Second, 1000).Should().Be(0);
    }

    [Fact]
    public void A_clock_that_stepped_back_knows_no_rate_to_save_up_by()
    {
        var budget = New(share: 1, perSecond: 10);
        Take(budget, 100, 0, 1000).Should().Be(110);
        Take(budget, 200, -3600 * Second, 1000).Should().Be(10);
    }

    [Property(MaxTest = 300)]
    public Property Never_more_than_a_fifth_of_the_calls_and_ten_a_second() => Prop.ForAll(
        Gen.Choose(0, 400).Two().ListOf(200).ToArbitrary(),
        steps =>
        {
            var budget = New();
            long now = 0, calls = 0;
            var taken = 0;
            foreach (var (pass, more) in steps)
            {
                now += pass;
                calls += more;
                taken += Take(budget, calls, now, 100);
            }

            return taken <= 10 + (10.0 * now / Second) + (0.2 * calls) + 1e-6;
        });

    [Fact]
    public async Task An_outage_of_all_providers_costs_no_more_than_the_budget()
    {
        var clock = new VirtualClock();
        var (a, b) = (Down("a", clock), Down("b", clock));
        await using var router = InOrder(new() { Retry = new() }, clock, null, a, b);
        const int Calls = 200;
        for (var i = 0; i < Calls; i++)
        {
            var call = router.RouteAsync("hello");
            await clock.RunAsync(Task.WhenAny(call));
            await FluentActions.Awaiting(() => call).Should().ThrowAsync<LlmException>();
        }

        var attempts = a.Calls + b.Calls;
        attempts.Should().BeLessThanOrEqualTo((int)(Calls * 1.2) + 10 + (int)(10 * clock.Elapsed.TotalSeconds) + 6,
            "first attempts are free, and so are failovers until both are ejected");
        attempts.Should().BeGreaterThanOrEqualTo(Calls, "every call still makes one attempt");
    }

    [Fact]
    public async Task Without_a_budget_there_is_one_attempt_at_each_available_provider()
    {
        var clock = new VirtualClock();
        var (a, b) = (Down("a", clock), Down("b", clock));
        await using var router = InOrder(new() { Retry = RetryOptions.None }, clock, null, a, b);
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Count.Should().Be(2);
        clock.Elapsed.Should().Be(TimeSpan.Zero);
    }

    private static Script Down(string name, TimeProvider time) => new(name, time, Script.Error(LlmErrorKind.ServerError));

    private static int Take(RetryBudget budget, long calls, long now, int times) =>
        Enumerable.Range(0, times).Count(_ => budget.TryTake(calls, now));
}
