using FsCheck.Xunit;

namespace Orchestrator.Tests.Health;

public class PeakEwmaTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Has_no_value_before_the_first_sample()
    {
        var times = new PeakEwma(Second);

        times.HasValue.Should().BeFalse();
        times.ValueAt(5 * Second).Should().Be(0);
        times.Observe(0.25, 5 * Second);
        times.HasValue.Should().BeTrue();
        times.ValueAt(5 * Second).Should().Be(0.25);
    }

    [Fact]
    public void A_first_sample_of_zero_counts()
    {
        var times = new PeakEwma(Second);

        times.Observe(0, 0);

        times.HasValue.Should().BeTrue();
        times.ValueAt(Second).Should().Be(0);
    }

    [Fact]
    public void A_peak_replaces_the_value_at_once()
    {
        var times = After((0.1, 0), (2.0, Second));

        times.ValueAt(Second).Should().Be(2.0);
    }

    [Fact]
    public void A_better_sample_is_averaged_by_the_time_that_passed()
    {
        var times = After((1.0, 0), (0.2, 10 * Second));

        times.ValueAt(10 * Second).Should().BeApproximately(0.2 + 0.8 * Math.Exp(-1), 1e-12);
    }

    [Fact]
    public void Better_samples_at_the_same_moment_change_nothing()
    {
        var times = After((1.0, Second), (0.1, Second), (0.1, Second));

        times.ValueAt(Second).Should().Be(1.0);
    }

    [Fact]
    public void Reading_decays_for_now_and_changes_nothing()
    {
        var times = After((1.0, 0));

        times.ValueAt(10 * Second).Should().BeApproximately(Math.Exp(-1), 1e-12);
        times.ValueAt(100 * Second).Should().BeLessThan(1e-4, "an unused provider looks good again");
        times.ValueAt(0).Should().Be(1.0);
    }

    [Fact]
    public void A_clock_that_seems_to_go_back_neither_grows_nor_rejuvenates_the_value()
    {
        var times = After((1.0, 10 * Second), (0.5, 5 * Second));

        times.ValueAt(5 * Second).Should().Be(1.0);
        times.ValueAt(10 * Second).Should().Be(1.0, "the late sample did not move the time back");
        times.ValueAt(long.MinValue).Should().Be(1.0);
        times.ValueAt(long.MaxValue).Should().BeApproximately(0, 1e-9);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.1)]
    public void Ignores_what_is_no_time(double sample)
    {
        var times = After((sample, 0));
        times.HasValue.Should().BeFalse();

        times = After((0.5, 0), (sample, Second));
        times.ValueAt(0).Should().Be(0.5);
    }

    [Property]
    public void Stays_between_nothing_and_the_worst_sample((byte Sample, int Ticks)[] samples, long now)
    {
        var times = new PeakEwma(Second);
        foreach (var (sample, ticks) in samples)
            times.Observe(sample, ticks * 1000L);

        times.ValueAt(now).Should().BeInRange(0, samples.Length == 0 ? 0 : samples.Max(s => s.Sample));
    }

    [Property]
    public void Never_grows_without_a_sample(byte sample, uint sooner, uint later)
    {
        var times = After((sample, 0));
        var (first, second) = (Math.Min(sooner, later) * 100L, Math.Max(sooner, later) * 100L);

        times.ValueAt(second).Should().BeLessThanOrEqualTo(times.ValueAt(first));
    }

    [Property]
    public void A_worse_sample_never_gives_a_better_value(byte before, ushort one, ushort other, uint passed)
    {
        var (better, worse) = (Math.Min(one, other) / 256.0, Math.Max(one, other) / 256.0);
        long now = passed * 100L;

        After((before, 0), (better, now)).ValueAt(now).Should().BeLessThanOrEqualTo(After((before, 0), (worse, now)).ValueAt(now));
    }

    [Property]
    public void The_quick_way_agrees_with_the_exact_one(uint passed)
    {
        var seconds = passed % 1_000_000 / 1e6;

        After((1.0, 0)).ValueAt((long)(seconds * Second)).Should().BeApproximately(Math.Exp(-seconds / 10), 1e-6);
    }

    // Up to 100 ms a series stands in for the exponential.
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.099)]
    [InlineData(0.1)]
    [InlineData(0.101)]
    public void The_quick_way_agrees_with_the_exact_one_up_to_where_it_ends(double seconds) =>
        After((1.0, 0)).ValueAt((long)(seconds * Second)).Should().BeApproximately(Math.Exp(-seconds / 10), 3e-7);

    [Theory]
    [InlineData(100_000_000_000, 1)]
    [InlineData(95_000_000_000, 1)]
    [InlineData(40_000_000_001, 1)]
    [InlineData(40_000_000_000, 0)]
    [InlineData(0, 0)]
    public void A_clock_that_steps_back_by_a_minute_leaves_nothing_and_one_that_steps_less_everything(long now, double expected) =>
        After((1.0, 100 * Second)).ValueAt(now).Should().Be(expected);

    private static PeakEwma After(params (double Sample, long At)[] samples)
    {
        var times = new PeakEwma(Second);
        foreach (var (sample, at) in samples)
            times.Observe(sample, at);
        return times;
    }
}
