namespace Orchestrator.Tests.Health;

/// <summary>When a period runs, to the stamp.</summary>
public class CountdownTests
{
    [Theory]
    [InlineData(50, false)]
    [InlineData(51, true)]
    [InlineData(100, true)]
    [InlineData(109, true)]
    [InlineData(110, false)]
    public void It_runs_from_a_little_before_its_start_to_its_end(long now, bool runs)
    {
        var period = new Countdown(100, 10, late: 50);
        period.IsRunning(now).Should().Be(runs);
        period.Left(now).Should().Be(runs ? Math.Min(10, 110 - now) : 0);
        period.End.Should().Be(110);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    public void One_without_length_never_runs(long now) => new Countdown(100, 0, late: 50).IsRunning(now).Should().BeFalse();
}
