using FsCheck.Xunit;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>However it is asked, the budget gives what it has and no more.</summary>
public class RetryBudgetProperties
{
    private const long Second = 1000;

    [EffortProperty(2_000, 10_000)]
    public void Never_more_is_taken_than_calls_and_time_have_given((bool Take, byte Calls, short Time)[] asks)
    {
        var budget = new RetryBudget(new RetryOptions(), Second, 0);
        long now = 0, latest = 0, calls = 0, taken = 0;
        foreach (var (take, more, time) in asks)
        {
            // Forward by up to 32 s, and back by up to two: the order in which callers that looked at the clock come.
            now = time >= 0 ? now + time : Math.Max(0, now + (time / 16));
            latest = Math.Max(latest, now);
            calls += more;
            if (take || taken == 0)
                taken += budget.TryTake(calls, now) ? 1 : 0;
            else
                (budget, taken) = PutBack(budget, taken);
            ((double)taken).Should().BeLessThanOrEqualTo(10 + (0.2 * calls) + (10.0 * latest / Second));
            taken.Should().BeGreaterThanOrEqualTo(0);
        }

        static (RetryBudget, long) PutBack(RetryBudget budget, long taken)
        {
            budget.PutBack();
            return (budget, taken - 1);
        }
    }

    [Fact]
    public void Takers_on_many_threads_share_what_there_is()
    {
        for (var round = 0; round < 50; round++)
        {
            var budget = new RetryBudget(new RetryOptions { BudgetPerSecond = 1000 }, Second, 0);
            long taken = 0;
            Parallel.For(0, 8, _ =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    if (!budget.TryTake(0, 0))
                        continue;
                    Interlocked.Increment(ref taken);
                    if (i % 3 != 0)
                        continue;
                    Interlocked.Decrement(ref taken);
                    budget.PutBack();
                }
            });
            taken.Should().Be(1000, "what was put back was there for somebody else, and all was asked for");
        }
    }

    [Fact]
    public void A_caller_whose_look_at_the_clock_is_a_little_older_gives_nothing_twice()
    {
        var budget = new RetryBudget(new RetryOptions { BudgetPerSecond = 1 }, Second, 0);
        var taken = 0;
        for (var i = 0; i < 1000; i++)
            taken += budget.TryTake(0, i % 2 * 900) ? 1 : 0;
        taken.Should().Be(1);
    }

    [Fact]
    public void Half_a_retry_a_second_is_one_every_two_seconds()
    {
        var budget = new RetryBudget(new RetryOptions { BudgetShare = 0, BudgetPerSecond = 0.5 }, Second, 0);
        Enumerable.Range(1, 10).Count(i => budget.TryTake(0, i * 2 * Second)).Should().Be(10);
    }

    [Property(MaxTest = 1000)]
    public void Waits_before_a_retry_and_chances_of_a_cool_down_stay_within_their_bounds(
        int seed, ushort shortest, ushort more, ushort? retryAfter)
    {
        var retry = new RetryOptions
        {
            MinDelay = TimeSpan.FromMilliseconds(shortest),
            MaxDelay = TimeSpan.FromMilliseconds(shortest + more)
        };
        var chance = new Chance(new Random(seed));
        var backoff = new Backoff(retry, chance);
        for (var i = 0; i < 20; i++)
        {
            chance.Jitter().Should().BeInRange(0.8, 1.2);
            backoff.Next(null).Should().BeGreaterThanOrEqualTo(retry.MinDelay).And.BeLessThanOrEqualTo(retry.MaxDelay);
            if (retryAfter is not { } asked)
                continue;
            var delay = backoff.Next(TimeSpan.FromMilliseconds(asked)).TotalMilliseconds;
            delay.Should().BeInRange(asked, Math.Max((asked * 1.09) + 2, shortest + more) + 0.001);
        }
    }
}
