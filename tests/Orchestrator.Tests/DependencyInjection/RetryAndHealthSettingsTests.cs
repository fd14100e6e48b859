namespace Orchestrator.Tests.DependencyInjection;

/// <summary>Retries, health and permits from a configuration section.</summary>
public class RetryAndHealthSettingsTests
{
    [Fact]
    public void Retries_are_read_and_what_is_not_set_keeps_its_default() =>
        Settings.Options(
            """{ "Retry": { "MaxRetriesPerProvider": 2, "MaxDelay": "00:00:01", "BudgetShare": 0.1, "BudgetPerSecond": 0.5 } }""").Retry
            .Should().Be(new RetryOptions
            {
                MaxRetriesPerProvider = 2,
                MaxDelay = TimeSpan.FromSeconds(1),
                BudgetShare = 0.1,
                BudgetPerSecond = 0.5
            });

    [Fact]
    public void Health_is_read_and_what_is_not_set_keeps_its_default() =>
        Settings.Options("""{ "Health": { "ConsecutiveFailures": 5, "CoolDown": "00:00:02", "ExclusionTime": "00:01:00" } }""").Health
            .Should().Be(
                new HealthOptions { ConsecutiveFailures = 5, CoolDown = TimeSpan.FromSeconds(2), ExclusionTime = TimeSpan.FromMinutes(1) });

    [Fact]
    public void A_provider_s_permits_and_its_queue_are_read()
    {
        var options = Settings.Entries(
            """{ "Providers": [ { "Name": "a", "Type": "mock", "MaxConcurrency": 3, "QueueLimit": 0 } ] }""")[0].Options;
        (options.MaxConcurrency, options.QueueLimit).Should().Be((3, 0));
    }

    [Fact]
    public void The_numbers_of_the_circuit_breaker_are_read()
    {
        var health = Settings.Options(
            """{ "Health": { "Window": "00:05:00", "MinimumRequests": 20, "DegradedErrorRate": 0.1,"""
            + """ "UnhealthyErrorRate": 0.5 } }""").Health;
        (health.Window, health.MinimumRequests, health.DegradedErrorRate, health.UnhealthyErrorRate)
            .Should().Be((TimeSpan.FromMinutes(5), 20, 0.1, 0.5));
    }

    [Theory]
    [InlineData("""{ "Limits": { "Call": "00:00:30" } }""", "Llm:Limits", "Timeouts")]
    [InlineData("""{ "OnRefusal": "Return" }""", "Llm:OnRefusal", "RefusalAction")]
    [InlineData("""{ "Retry": { "SameProvider": 2 } }""", "Llm:Retry:SameProvider", "MaxRetriesPerProvider")]
    [InlineData("""{ "Health": { "FailuresInARow": 2 } }""", "Llm:Health:FailuresInARow", "ConsecutiveFailures")]
    [InlineData("""{ "Health": { "CoolDownAfterTenMinutes": "00:01:00" } }""", "Llm:Health:CoolDownAfterTenMinutes", "LongOutageCoolDown")]
    [InlineData("""{ "Providers": [ { "Name": "a", "Type": "mock", "Limits": { "Idle": "00:00:05" } } ] }""",
        "Llm:Providers:0:Limits", "Timeouts")]
    public void A_key_of_0_1_is_named_with_its_new_name(string json, string key, string name) =>
        Settings.Problems(json).Should().Equal($"{key} is not a known key. Did you mean {name}? It was renamed in 0.2.0.");

    [Fact]
    public void The_limit_of_connecting_is_read() =>
        Settings.Options("""{ "Timeouts": { "Connect": "00:00:02" } }""").Timeouts
            .Should().Be(TimeoutOptions.Default with { Connect = TimeSpan.FromSeconds(2) });

    [Theory]
    [InlineData("""{ "Retry": { "MaxRetriesPerProvider": -1 } }""",
        "Llm:Retry:MaxRetriesPerProvider must be a whole number of at least 0, but was \"-1\".")]
    [InlineData("""{ "Retry": { "BudgetPerSecond": -1 } }""",
        "Llm:Retry:BudgetPerSecond must be a number of zero or more, with a point, such as 0.5, but was \"-1\".")]
    [InlineData("""{ "Retry": { "BudgetPerSecond": "Infinity" } }""",
        "Llm:Retry:BudgetPerSecond must be a number of zero or more, with a point, such as 0.5, but was something else (not shown: it "
        + "may be a secret).")]
    [InlineData("""{ "Retry": { "BudgetShare": 2 } }""",
        "Llm:Retry:BudgetShare must be a number from 0 to 1, with a point, such as 0.25, but was \"2\".")]
    [InlineData(
        """{ "Retry": { "MinDelay": "00:00:01" } }""",
        "Llm:Retry:MinDelay is 00:00:01, which is longer than MaxDelay, 00:00:00.5000000; the shortest wait must not be "
        + "longer than the longest.")]
    [InlineData(
        """{ "Health": { "CoolDown": "infinite" } }""",
        "Llm:Health:CoolDown must be a time as hh:mm:ss or d.hh:mm:ss, longer than zero, but was \"infinite\".")]
    [InlineData("""{ "Health": { "ConsecutiveFailures": 0 } }""",
        "Llm:Health:ConsecutiveFailures must be a whole number of at least 1, but was \"0\".")]
    [InlineData("""{ "Health": { "UnhealthyErrorRate": 0 } }""",
        "Llm:Health:UnhealthyErrorRate must be a number above 0 and at most 1, with a point, such as 0.25, but was \"0\".")]
    [InlineData(
        """{ "Health": { "DegradedErrorRate": 0.7 } }""",
        "Llm:Health:DegradedErrorRate is 0.7, which is above UnhealthyErrorRate, 0.6; a provider is degraded before it is unhealthy.")]
    [InlineData(
        """{ "Retry": { "Count": 3 } }""",
        "Llm:Retry has a key of 5 characters that is not known (not shown: it may be a secret). Known here: BudgetPerSecond, "
        + "BudgetShare, LongestRetryAfter, MaxDelay, MaxRetriesPerProvider, MinDelay.")]
    public void A_bad_value_is_named(string json, string message) => Settings.Problems(json).Should().Equal(message);
}
