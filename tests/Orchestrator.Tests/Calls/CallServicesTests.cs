using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>What every call shares: ids and delays by chance, times, and what is logged only once.</summary>
public class CallServicesTests
{
    private readonly FakeLogger _logger = new();
    private readonly GivenChance _chance = new();

    [Fact]
    public void A_call_s_id_is_the_router_s_chance_and_the_call_s_number_marked_as_version_8()
    {
        _chance.Whole = 0x1122_3344_5566_7788;
        var ids = new CallIds(new Chance(_chance).Bits());
        ids.Of(0x0102_0304_0506_0708).Should().Be(new Guid("11223344-5566-8788-8102-030405060708"));
        (ids.Of(1).Version, ids.Of(1).Variant).Should().Be((8, 8));
        ids.Of(1).Should().NotBe(ids.Of(2));
    }

    [Fact]
    public void Durations_and_the_clock_s_stamps_are_converted_both_ways()
    {
        var clock = new RouterClock(new HandClock(frequency: 1000));
        clock.Stamps(TimeSpan.FromSeconds(90)).Should().Be(90_000);
        clock.Span(90_000).Should().Be(TimeSpan.FromSeconds(90));
        clock.Seconds(90_500).Should().Be(90.5);
        (clock.Span(-1), clock.Seconds(-1)).Should().Be((TimeSpan.Zero, 0));
    }

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(0.5, 1)]
    [InlineData(1, 1.2)]
    public void A_cool_down_is_a_fifth_shorter_or_longer_by_chance(double chance, double expected)
    {
        _chance.Fraction = chance;
        new Chance(_chance).Jitter().Should().BeApproximately(expected, 1e-12);
    }

    [Theory]
    // Without a Retry-After, anywhere between the two delays.
    [InlineData(0, null, 100)]
    [InlineData(0.5, null, 200)]
    [InlineData(1, null, 300)]
    // Never before the Retry-After, up to a tenth later.
    [InlineData(0, 1000, 1002)]
    [InlineData(1, 1000, 1092)]
    // A Retry-After shorter than the delay is no reason to come sooner.
    [InlineData(0, 97, 100)]
    [InlineData(0, 99, 101)]
    public void The_same_provider_is_asked_again_when_it_may_be_and_not_by_all_at_once(double chance, int? retryAfter, double expected)
    {
        _chance.Fraction = chance;
        var options = new RetryOptions { MinDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromMilliseconds(300) };
        var asked = retryAfter is { } after ? TimeSpan.FromMilliseconds(after) : (TimeSpan?)null;
        new Backoff(options, new Chance(_chance)).Next(asked).TotalMilliseconds.Should().BeApproximately(expected, 0.001);
    }

    [Fact]
    public void A_price_that_is_missing_is_logged_once_for_each_model()
    {
        var once = Once();
        foreach (var model in new[] { "m", "m", "n", "m" })
            once.WarnUnpriced(new ProviderInfo("a", "test", model));
        once.WarnUnpriced(new ProviderInfo("b", "other", "m"));
        Logged().Should().Equal("llm_price_unknown", "llm_price_unknown", "llm_price_unknown");
    }

    [Fact]
    public void Cut_prompts_are_looked_for_until_they_were_warned_of_once()
    {
        var once = Once();
        once.MayWarnTruncated("a").Should().BeTrue();
        once.WarnTruncated("a", 2000, 9000);
        once.WarnTruncated("a", 2000, 9000);
        Logged().Should().Equal("llm_prompt_truncated");
        (once.MayWarnTruncated("a"), once.MayWarnTruncated("b")).Should().Be((false, true));
    }

    [Fact]
    public void Cut_prompts_are_not_looked_for_where_warnings_are_off()
    {
        _logger.ControlLevel(LogLevel.Warning, enabled: false);
        Once().MayWarnTruncated("a").Should().BeFalse();
    }

    private OnceLog Once() => new(_logger, PricingTable.Default);

    private IEnumerable<string?> Logged() => _logger.Collector.GetSnapshot().Select(record => record.Id.Name);

    private sealed class GivenChance : Random
    {
        public long Whole { get; set; }

        public double Fraction { get; set; }

        public override long NextInt64() => Whole;

        public override double NextDouble() => Fraction;
    }
}
