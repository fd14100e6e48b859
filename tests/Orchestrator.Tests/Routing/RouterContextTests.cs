using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Orchestrator.Tests.Routing;

/// <summary>What every call shares: numbers made by chance, times, and what is said only once.</summary>
public class RouterContextTests
{
    private readonly FakeLogger _logger = new();
    private readonly Chance _chance = new();

    [Fact]
    public void A_call_s_id_is_the_router_s_chance_and_the_call_s_number_marked_as_version_8()
    {
        _chance.Whole = 0x1122_3344_5566_7788;
        var context = Context();
        context.CallId(0x0102_0304_0506_0708).Should().Be(new Guid("11223344-5566-8788-8102-030405060708"));
        (context.CallId(1).Version, context.CallId(1).Variant).Should().Be((8, 8));
        context.CallId(1).Should().NotBe(context.CallId(2));
    }

    [Fact]
    public void Times_and_the_clock_s_stamps_are_told_apart()
    {
        var context = Context();
        context.Stamps(TimeSpan.FromSeconds(90)).Should().Be(90_000);
        context.Span(90_000).Should().Be(TimeSpan.FromSeconds(90));
        context.Span(-1).Should().Be(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(0.5, 1)]
    [InlineData(1, 1.2)]
    public void A_cool_down_is_a_fifth_shorter_or_longer_by_chance(double chance, double expected)
    {
        _chance.Fraction = chance;
        Context().Jitter().Should().BeApproximately(expected, 1e-12);
    }

    [Theory]
    // Without a wish, anywhere between the two delays.
    [InlineData(0, null, 100)]
    [InlineData(0.5, null, 200)]
    [InlineData(1, null, 300)]
    // Never before what was asked for, up to a tenth later.
    [InlineData(0, 1000, 1002)]
    [InlineData(1, 1000, 1092)]
    // A wish shorter than the delay is no reason to come sooner.
    [InlineData(0, 97, 100)]
    [InlineData(0, 99, 101)]
    public void The_same_provider_is_asked_again_when_it_may_be_and_not_by_all_at_once(double chance, int? retryAfter, double expected)
    {
        _chance.Fraction = chance;
        var context = Context(new() { Retry = new() { MinDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromMilliseconds(300) } });
        var asked = retryAfter is { } after ? TimeSpan.FromMilliseconds(after) : (TimeSpan?)null;
        context.RetryDelay(asked).TotalMilliseconds.Should().BeApproximately(expected, 0.001);
    }

    [Fact]
    public void A_price_that_is_missing_is_said_once_for_each_model()
    {
        var context = Context();
        foreach (var model in new[] { "m", "m", "n", "m" })
            context.WarnUnpriced(new ProviderInfo("a", "test", model));
        context.WarnUnpriced(new ProviderInfo("b", "other", "m"));
        Told().Should().Equal("llm_price_unknown", "llm_price_unknown", "llm_price_unknown");
    }

    [Fact]
    public void Cut_prompts_are_looked_for_until_they_were_warned_of_once()
    {
        var context = Context();
        context.MayWarnTruncated("a").Should().BeTrue();
        context.WarnTruncated("a", 2000, 9000);
        context.WarnTruncated("a", 2000, 9000);
        Told().Should().Equal("llm_prompt_truncated");
        (context.MayWarnTruncated("a"), context.MayWarnTruncated("b")).Should().Be((false, true));
    }

    [Fact]
    public void Cut_prompts_are_not_looked_for_where_nobody_reads_warnings()
    {
        _logger.ControlLevel(LogLevel.Warning, enabled: false);
        Context().MayWarnTruncated("a").Should().BeFalse();
    }

    [Fact]
    public void Every_change_of_a_provider_s_standing_has_its_own_event()
    {
        var context = Context();
        foreach (var kind in Enum.GetValues<HealthChange.Kind>())
            context.HealthChanged("a", new HealthChange(kind, LlmErrorKind.ServerError, TimeSpan.FromSeconds(5)));
        Told().Should().Equal("llm_provider_ejected", "llm_provider_trial", "llm_provider_available", "llm_provider_excluded");
    }

    private RouterContext Context(RouterOptions? options = null) => new(options ?? new RouterOptions(), _logger, new Milliseconds(), _chance);

    private IEnumerable<string?> Told() => _logger.Collector.GetSnapshot().Select(record => record.Id.Name);

    /// <summary>Gives what the test says.</summary>
    private sealed class Chance : Random
    {
        public long Whole { get; set; }

        public double Fraction { get; set; }

        public override long NextInt64() => Whole;

        public override double NextDouble() => Fraction;
    }

    /// <summary>A clock with a stamp a millisecond.</summary>
    private sealed class Milliseconds : TimeProvider
    {
        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => 5000;
    }
}
