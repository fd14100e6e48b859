namespace Orchestrator.Tests.Health;

/// <summary>What counts in the last sixty seconds, to the second.</summary>
public class RollingWindowTests
{
    private readonly RollingWindow _window = new();

    [Fact]
    public void Each_second_is_forgotten_when_it_is_sixty_old()
    {
        Add("+", 100);
        Add("-", 130);
        _window.At(130).Should().Be((1, 1));
        _window.At(159).Should().Be((1, 1));
        _window.At(160).Should().Be((0, 1));
        _window.At(189).Should().Be((0, 1));
        _window.At(190).Should().Be((0, 0));
        _window.At(130).Should().Be((1, 1), "reading changes nothing");
    }

    [Fact]
    public void Writing_forgets_as_reading_does_and_each_end_only_once()
    {
        Add("+", 100);
        Add("+-", 130);
        Add("-", 159);
        _window.At(159).Should().Be((2, 2));
        Add("-", 161);
        _window.At(161).Should().Be((1, 3));
        Add("+", 200);
        _window.At(200).Should().Be((1, 2));
        Add("+", 221);
        _window.At(221).Should().Be((2, 0));
        _window.HasBad.Should().BeFalse();
    }

    [Fact]
    public void After_a_minute_of_silence_everything_is_new()
    {
        Add("+-", 100);
        Add("+", 160);
        _window.At(160).Should().Be((1, 0));
        _window.HasBad.Should().BeFalse();
        _window.At(220).Should().Be((0, 0), "what is forgotten is not subtracted again");
    }

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    public void What_was_before_a_minute_of_silence_is_not_subtracted_from_what_comes_after_it(string ends)
    {
        Add(ends, 130);
        Add("+-", 200);
        _window.At(251).Should().Be((1, 1));
    }

    [Fact]
    public void What_comes_a_little_late_counts_with_the_newest()
    {
        Add("-", 100);
        Add("+", 98);
        _window.At(98).Should().Be((1, 1));
        _window.At(159).Should().Be((1, 1));
        _window.At(160).Should().Be((0, 0));
    }

    [Fact]
    public void A_clock_that_steps_back_a_minute_leaves_nothing()
    {
        Add("-", 100);
        _window.At(41).Should().Be((0, 1));
        _window.At(40).Should().Be((0, 0));
        Add("+", 40);
        _window.At(40).Should().Be((1, 0));
    }

    private void Add(string ends, long second)
    {
        foreach (var end in ends)
            _window.Add(good: end == '+', second);
    }
}
