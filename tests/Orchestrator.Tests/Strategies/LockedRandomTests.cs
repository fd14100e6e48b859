namespace Orchestrator.Tests.Strategies;

/// <summary>Every number is made of the numbers of the source, and of nothing else.</summary>
public class LockedRandomTests
{
    private const double AlmostOne = 0.99999999999999989;

    [Fact]
    public void A_seed_gives_the_numbers_that_it_gives_without_the_lock()
    {
        var (expected, random) = (new Random(7), new LockedRandom(new Random(7).NextDouble));
        for (var i = 0; i < 100; i++)
        {
            random.NextDouble().Should().Be(expected.NextDouble());
            random.Next(1_000).Should().Be(expected.Next(1_000));
            random.Next(-5, 90).Should().Be(expected.Next(-5, 90));
        }
    }

    [Theory]
    [InlineData(0, 0, 0, -8, 0, 0, -8, 0, 0)]
    [InlineData(0.5, 1_073_741_823, 5, 1, 0x4000_0000_4000_0000, 5, 1, 0.5, 128)]
    [InlineData(AlmostOne, 2_147_483_646, 9, 9, long.MaxValue - 1, 9, 9, 0.99999994, 255)]
    public void Numbers_come_from_the_source(
        double given, int next, int below, int between, long wide, long wideBelow, long wideBetween, double fraction, byte bytes)
    {
        var random = new LockedRandom(() => given);
        var (array, span) = (new byte[3], new byte[3]);
        random.NextBytes(array);
        random.NextBytes(span.AsSpan());

        random.NextDouble().Should().Be(given);
        random.Next().Should().Be(next);
        random.Next(10).Should().Be(below);
        random.Next(-8, 10).Should().Be(between);
        random.NextInt64().Should().BeCloseTo(wide, 0x4000_0000);
        random.NextInt64(10).Should().Be(wideBelow);
        random.NextInt64(-8, 10).Should().Be(wideBetween);
        random.NextSingle().Should().BeApproximately((float)fraction, 1e-7f).And.BeLessThan(1);
        array.Should().OnlyContain(b => b == bytes);
        span.Should().OnlyContain(b => b == bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(AlmostOne)]
    public void Numbers_stay_within_their_range(double given)
    {
        var random = new LockedRandom(() => given);
        random.Next(int.MinValue, int.MaxValue).Should().BeLessThan(int.MaxValue);
        random.NextInt64(long.MinValue, long.MaxValue).Should().BeLessThan(long.MaxValue);
        random.NextInt64().Should().BeInRange(0, long.MaxValue - 1);
        random.Next(3, 3).Should().Be(3);
        random.NextInt64(3, 3).Should().Be(3);
    }

    [Fact]
    public void Ranges_are_whole()
    {
        var given = 0d;
        var random = new LockedRandom(() => given);
        (random.Next(int.MinValue, int.MaxValue), random.NextInt64(long.MinValue, long.MaxValue))
            .Should().Be((int.MinValue, long.MinValue));
        given = 0.5;
        random.Next(int.MinValue, int.MaxValue).Should().BeCloseTo(0, 1);
        random.NextInt64(long.MinValue, long.MaxValue).Should().BeCloseTo(0, 1UL << 32);
    }

    [Fact]
    public void What_the_base_class_adds_draws_from_the_source_too()
    {
        var random = new LockedRandom(() => 0);
        int[] values = [1, 2, 3, 4, 5];
        random.GetItems(values, 3).Should().Equal(1, 1, 1);
        random.GetItems([1, 2, 3, 4], 3).Should().Equal(1, 1, 1);
        random.Shuffle(values);
        values.Should().Equal(1, 2, 3, 4, 5);
    }

    [Fact]
    public void Wrong_ranges_are_refused()
    {
        var random = new LockedRandom(() => 0);
        FluentActions.Invoking(() => random.Next(2, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => random.Next(-1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => random.NextInt64(2, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => random.NextInt64(-1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => random.NextBytes(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void One_thread_at_a_time_asks_the_source()
    {
        var (inside, most) = (0, 0);
        var random = new LockedRandom(() =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.SpinWait(50);
            Interlocked.Decrement(ref inside);
            return 0.25;
        });
        Action[] draws =
        [
            () => random.Next(), () => random.Next(5), () => random.Next(1, 5), () => random.NextInt64(), () => random.NextInt64(5),
            () => random.NextInt64(1, 5), () => random.NextDouble(), () => random.NextSingle(), () => random.NextBytes(new byte[8]),
        ];

        Parallel.For(0, 900, i => draws[i % draws.Length]());

        most.Should().Be(1);
    }
}
