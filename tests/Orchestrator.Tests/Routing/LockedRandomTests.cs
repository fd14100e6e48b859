namespace Orchestrator.Tests.Routing;

/// <summary>The caller's source of chance is the one that is asked, whatever it is asked for.</summary>
public class LockedRandomTests
{
    private readonly Random _expected = new(7);
    private readonly LockedRandom _random = new(new Random(7));

    [Fact]
    public void Whole_numbers_are_those_of_the_source()
    {
        _random.Next().Should().Be(_expected.Next());
        _random.Next(1_000_000).Should().Be(_expected.Next(1_000_000));
        _random.Next(1_000_000, 2_000_000).Should().Be(_expected.Next(1_000_000, 2_000_000));
        _random.NextInt64().Should().Be(_expected.NextInt64());
        _random.NextInt64(1L << 40).Should().Be(_expected.NextInt64(1L << 40));
        _random.NextInt64(1L << 40, 1L << 41).Should().Be(_expected.NextInt64(1L << 40, 1L << 41));
    }

    [Fact]
    public void Fractions_and_bytes_are_those_of_the_source()
    {
        _random.NextDouble().Should().Be(_expected.NextDouble());
        _random.NextSingle().Should().Be(_expected.NextSingle());
        var (array, expectedArray) = (new byte[16], new byte[16]);
        _random.NextBytes(array);
        _expected.NextBytes(expectedArray);
        array.Should().Equal(expectedArray).And.Contain(b => b != 0);
        Span<byte> span = stackalloc byte[16], expectedSpan = stackalloc byte[16];
        _random.NextBytes(span);
        _expected.NextBytes(expectedSpan);
        span.ToArray().Should().Equal(expectedSpan.ToArray()).And.Contain(b => b != 0);
    }
}
