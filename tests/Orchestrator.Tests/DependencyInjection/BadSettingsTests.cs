namespace Orchestrator.Tests.DependencyInjection;

public class BadSettingsTests
{
    private const string TimeExpected = "a time as hh:mm:ss or d.hh:mm:ss, longer than zero, or infinite";
    private const string MoneyExpected = "a number of zero or more, with a point, such as 0.4";

    [Theory]
    [InlineData(
        """{ "Strategy": "fastest" }""",
        "Llm:Strategy must be round-robin, random, first-available or best-available, but was something else (not shown: "
        + "it may be a secret).")]
    [InlineData(
        """{ "Strategy": "best-availble" }""",
        "Llm:Strategy must be round-robin, random, first-available or best-available, but was \"best-availble\". Did you "
        + "mean best-available?")]
    [InlineData(
        """{ "Strategy": "1" }""",
        "Llm:Strategy must be round-robin, random, first-available or best-available, but was something else (not shown: "
        + "it may be a secret).")]
    [InlineData(
        """{ "Strategy": { "Name": "random" } }""",
        "Llm:Strategy must be a single value, but has keys below it.")]
    [InlineData("""{ "MidStream": "Retry" }""",
        "Llm:MidStream must be Throw or Restart, but was something else (not shown: it may be a secret).")]
    [InlineData("""{ "RefusalAction": "" }""", "Llm:RefusalAction must be Return or NextProvider, but was empty.")]
    [InlineData("""{ "MaxAttempts": 0 }""", "Llm:MaxAttempts must be a whole number of at least 1, but was \"0\".")]
    [InlineData("""{ "MaxAttempts": 2.5 }""", "Llm:MaxAttempts must be a whole number of at least 1, but was \"2.5\".")]
    public void A_bad_router_value_is_named(string json, string message) => Settings.Problems(json).Should().Equal(message);

    [Theory]
    [InlineData(
        """{ "Stratgy": "random" }""",
        "Llm:Stratgy is not a known key. Did you mean Strategy? " +
        "Known here: Health, MaxAttempts, MidStream, Prices, Providers, RefusalAction, Retry, Strategy, Timeouts.")]
    [InlineData(
        """{ "Timeouts": { "Total": "00:00:10" } }""",
        "Llm:Timeouts has a key of 5 characters that is not known (not shown: it may be a secret). Known here: Attempt, "
        + "Call, Connect, FirstToken, Idle, Stream.")]
    [InlineData(
        """{ "Providers": [ { "Name": "a", "Type": "mock", "DelayMs": 5 } ] }""",
        "Llm:Providers:0:DelayMs is not a known key. Did you mean Delay? " +
        "Known here: Aliases, ChunkDelay, Delay, FailureRate, MaxConcurrency, Model, Name, Price, QueueLimit, Reply, Seed, "
        + "Timeouts, Type.")]
    [InlineData(
        """{ "Prices": { "Model": [] } }""",
        "Llm:Prices:Model is not a known key. Did you mean Models? Known here: Base, Currency, Join, Models, Rates.")]
    public void An_unknown_key_is_named_with_its_neighbour(string json, string message) =>
        Settings.Problems(json).Should().Equal(message);

    [Theory]
    [InlineData("30", "\"30\". For 30 seconds write 00:00:30.")]
    [InlineData("0.5", "\"0.5\". For 0.5 seconds write 00:00:00.5000000.")]
    [InlineData("00:30", "\"00:30\".")]
    [InlineData("00:00:00", "\"00:00:00\".")]
    [InlineData("-00:00:01", "\"-00:00:01\".")]
    [InlineData("-1", "\"-1\".")]
    [InlineData("NaN", "something else (not shown: it may be a secret).")]
    [InlineData("soon", "something else (not shown: it may be a secret).")]
    public void A_bad_limit_says_how_to_write_it(string value, string shown) =>
        Settings.Problems($$"""{ "Timeouts": { "FirstToken": "{{value}}" } }""")
            .Should().Equal($"Llm:Timeouts:FirstToken must be {TimeExpected}, but was {shown}");

    [Theory]
    [InlineData("""{ "Type": "mock" }""", "Llm:Providers:0:Name is missing; it must be a text that is not empty.")]
    [InlineData("""{ "Name": " ", "Type": "mock" }""",
        "Llm:Providers:0:Name must be a text that is not empty, but was something else (not shown: it may be a secret).")]
    [InlineData("""{ "Name": "a" }""",
        "Llm:Providers:0:Type is missing; it must be a type of provider: gigachat, mock, ollama, openai, yandexgpt.")]
    [InlineData(
        """{ "Name": "a", "Type": "mok", "ApiKey": "s3cr3t" }""",
        "Llm:Providers:0:Type must be a type of provider: gigachat, mock, ollama, openai, yandexgpt, but was \"mok\". Did you mean mock?")]
    [InlineData("""{ "Name": "a", "Type": "mock", "Model": "" }""",
        "Llm:Providers:0:Model must be a text that is not empty, but was empty.")]
    [InlineData("""{ "Name": "a", "Type": "mock", "Aliases": "b" }""",
        "Llm:Providers:0:Aliases must be a list, but was something else (not shown: it may be a secret).")]
    [InlineData("""{ "Name": "a", "Type": "mock", "Aliases": [ "b", "" ] }""",
        "Llm:Providers:0:Aliases:1 must be a text that is not empty.")]
    [InlineData(
        """{ "Name": "a", "Type": "mock", "FailureRate": 1.5 }""",
        "Llm:Providers:0:FailureRate must be a number from 0 to 1, with a point, such as 0.25, but was \"1.5\".")]
    [InlineData("""{ "Name": "a", "Type": "mock", "Seed": "x" }""",
        "Llm:Providers:0:Seed must be a whole number, but was something else (not shown: it may be a secret).")]
    [InlineData(
        """{ "Name": "a", "Type": "mock", "Delay": "100" }""",
        "Llm:Providers:0:Delay must be a time as hh:mm:ss or d.hh:mm:ss, zero or longer, but was \"100\". For 100 seconds write 00:01:40.")]
    [InlineData("""{ "Name": "a", "Type": "mock", "Timeouts": "5" }""",
        "Llm:Providers:0:Timeouts must be a section with keys below it, but was something else (not shown: it may be a secret).")]
    [InlineData(
        """{ "Name": "a", "Type": "mock", "Timeouts": { "Idle": "5" } }""",
        $"Llm:Providers:0:Timeouts:Idle must be {TimeExpected}, but was \"5\". For 5 seconds write 00:00:05.")]
    [InlineData(
        """{ "Name": "a", "Type": "mock", "Price": { "PromptPer1K": 1 } }""",
        $"Llm:Providers:0:Price:CompletionPer1K is missing; it must be {MoneyExpected}.")]
    [InlineData(
        """{ "Name": "a", "Type": "mock", "Price": { "PromptPer1K": "0,4", "CompletionPer1K": 1 } }""",
        $"Llm:Providers:0:Price:PromptPer1K must be {MoneyExpected}, but was \"0,4\".")]
    [InlineData(
        """{ "Name": "a", "Type": "mock", "Price": { "PromptPer1K": 1, "CompletionPer1K": -1 } }""",
        $"Llm:Providers:0:Price:CompletionPer1K must be {MoneyExpected}, but was \"-1\".")]
    public void A_bad_provider_is_named(string provider, string message) =>
        Settings.Problems($$"""{ "Providers": [ {{provider}} ] }""").Should().Equal(message);

    [Theory]
    [InlineData("""{ "Providers": "mock" }""", "Llm:Providers must be a list, but was something else (not shown: it may be a secret).")]
    [InlineData("""{ "Providers": [ "mock" ] }""",
        "Llm:Providers:0 must be a section with keys below it, but was something else (not shown: it may be a secret).")]
    [InlineData("""{ "Providers": [ {} ] }""", "Llm:Providers:0 must be a section with keys below it, but was empty.")]
    [InlineData(
        """{ "Providers": { "fast": { "Type": "mock" } } }""",
        "Llm:Providers must be a list, with the keys 0, 1, 2 and so on, but has another key.")]
    [InlineData(
        """{ "Providers": [ { "Name": "a", "Type": "mock" }, { "Name": "a", "Type": "mock" } ] }""",
        "Llm:Providers:0:Name and Llm:Providers:1:Name: both providers have the same name. Names must differ; rename one.")]
    [InlineData("\"random\"", "Llm must be a section with keys below it, but was something else (not shown: it may be a secret).")]
    public void A_bad_shape_is_named(string json, string message) => Settings.Problems(json).Should().Equal(message);

    [Theory]
    [InlineData("""{ "Base": "Today" }""",
        "Llm:Prices:Base must be Default, Current, CurrentUsd or Empty, but was something else (not shown: it may be a secret).")]
    [InlineData(
        """{ "Base": "Emty", "Currency": "USD" }""",
        "Llm:Prices:Base must be Default, Current, CurrentUsd or Empty, but was \"Emty\". Did you mean Empty?")]
    [InlineData("""{ "Base": "Empty", "Currency": "US dollars" }""",
        "Llm:Prices:Currency must be one word such as RUB, but was something else (not shown: it may be a secret).")]
    [InlineData(
        """{ "Currency": "USD" }""",
        "Llm:Prices:Currency is USD, but the built-in prices (Llm:Prices:Base: Default) are in RUB. " +
        "Set Llm:Prices:Base to Empty and list your own prices under Llm:Prices:Models. " +
        "Or convert them: say under Llm:Prices:Rates:RUB what one unit of it costs, with the keys Rate and AsOf.")]
    [InlineData(
        """{ "Models": [ { "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1 } ] }""",
        "Llm:Prices:Models:0:Vendor is missing; it must be a text that is not empty.")]
    [InlineData(
        """{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1, "AsOf": "1.11.2026" } ] }""",
        "Llm:Prices:Models:0:AsOf must be a day as yyyy-MM-dd, but was \"1.11.2026\".")]
    [InlineData(
        """
        { "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1 },
                      { "Vendor": "V", "Model": "M", "PromptPer1K": 2, "CompletionPer1K": 2 } ] }
        """,
        "Llm:Prices:Models:1 prices the same model of the same vendor as Llm:Prices:Models:0. Remove one.")]
    public void A_bad_price_is_named(string prices, string message) =>
        Settings.Problems($$"""{ "Prices": {{prices}} }""").Should().Equal(message);

    [Fact]
    public void All_problems_are_reported_at_once() => Settings.Problems("""
        { "Strategy": "x", "Timeouts": { "Idle": "x" }, "Prices": { "Base": "x" }, "MaxAttempts": "x", "Oops": 1,
          "Providers": [ { "Type": "x" }, { "Name": "b", "Type": "mock", "Seed": "x", "Oops": 1 } ] }
        """).Should().HaveCount(9);

    [Fact]
    public void A_value_that_could_be_a_secret_is_not_shown()
    {
        var problems = Settings.Problems("""
            { "ApiKey": "s3cr3t", "AccessToken": "s3cr3t",
              "Providers": [ { "Name": "a", "Type": "mock", "ApiKey": "s3cr3t", "Password": { "Value": "s3cr3t" } } ] }
            """);

        problems.Should().HaveCount(4);
        problems.Should().NotContainMatch("*s3cr3t*");
    }

    [Theory]
    [InlineData("ApiKey")]
    [InlineData("Vendor:AccessToken:0")]
    [InlineData("CLIENTSECRET")]
    [InlineData("password")]
    public void Keys_of_secrets_are_known_by_their_names(string path) =>
        ShownValue.Of(path, "12345", []).Should().NotContain("12345");

    [Fact]
    public void A_long_value_is_not_shown() =>
        Settings.Problems($$"""{ "MidStream": "x\ny{{new string('z', 5000)}}" }""")
            .Should().Equal($"Llm:MidStream must be Throw or Restart, but was something else (not shown: it may be a secret).");
}
