namespace Orchestrator.Tests.Strategies;

public class RoutingStrategiesTests
{
    [Theory]
    [InlineData("round-robin", RoutingStrategy.RoundRobin)]
    [InlineData("random", RoutingStrategy.Random)]
    [InlineData("first-available", RoutingStrategy.FirstAvailable)]
    [InlineData("best-available", RoutingStrategy.BestAvailable)]
    [InlineData("RoundRobin", RoutingStrategy.RoundRobin)]
    [InlineData("BEST_AVAILABLE", RoutingStrategy.BestAvailable)]
    [InlineData("firstAvailable", RoutingStrategy.FirstAvailable)]
    public void Reads_the_names_of_0_7_0_and_of_the_enum(string name, RoutingStrategy expected)
    {
        RoutingStrategies.TryParse(name, out var strategy).Should().BeTrue();
        strategy.Should().Be(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1")]
    [InlineData("fastest")]
    public void Refuses_other_names(string? name) => RoutingStrategies.TryParse(name!, out _).Should().BeFalse();

    [Fact]
    public void Every_strategy_has_a_name_and_is_made_once()
    {
        RoutingStrategies.Names.Should().HaveCount(Enum.GetValues<RoutingStrategy>().Length);
        foreach (var strategy in Enum.GetValues<RoutingStrategy>())
        {
            RoutingStrategies.TryParse(RoutingStrategies.Names[(int)strategy], out var parsed).Should().BeTrue();
            parsed.Should().Be(strategy);
            RoutingStrategies.Create(strategy).Should().BeSameAs(RoutingStrategies.Create(strategy));
            RoutingStrategies.NameOf(RoutingStrategies.Create(strategy)).Should().Be(RoutingStrategies.Names[(int)strategy]);
        }
    }

    [Fact]
    public void Refuses_a_value_that_is_none() =>
        FluentActions.Invoking(() => RoutingStrategies.Create((RoutingStrategy)9))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*best-available*");
}
