using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.Registry;

public class RouterClockTests
{
    [Fact]
    public void A_step_of_a_stream_is_at_most_a_tick_behind_and_never_goes_back()
    {
        var clock = new RouterClock(TimeProvider.System);
        CoarseStamp step = default;
        var last = clock.Now();
        var changes = 0;
        for (var i = 0; changes < 20; i++)
        {
            var before = clock.Now();
            var stamp = clock.Now(ref step);
            clock.Span(before - stamp).Should().BeLessThan(TimeSpan.FromMilliseconds(100));
            (stamp - last).Should().BeGreaterThanOrEqualTo(0);
            changes += stamp == last ? 0 : 1;
            last = stamp;
        }
    }

    [Fact]
    public void A_clock_of_ones_own_is_looked_at_for_each_step()
    {
        var time = new FakeTimeProvider();
        var clock = new RouterClock(time);
        CoarseStamp step = default;
        for (var i = 0; i < 10; i++)
        {
            clock.Now(ref step).Should().Be(time.GetTimestamp());
            time.Advance(TimeSpan.FromTicks(1));
        }
    }
}
