using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestrator.Tests.DependencyInjection;

public class GoodSettingsTests
{
    [Theory]
    [InlineData("round-robin", RoutingStrategy.RoundRobin)]
    [InlineData("RANDOM", RoutingStrategy.Random)]
    [InlineData("first_available", RoutingStrategy.FirstAvailable)]
    [InlineData("BestAvailable", RoutingStrategy.BestAvailable)]
    public void Strategy_names_ignore_case_and_dashes(string name, RoutingStrategy expected) =>
        Settings.Options($$"""{ "Strategy": "{{name}}" }""").Strategy.Should().Be(expected);

    [Fact]
    public void Without_keys_the_defaults_stay()
    {
        var options = Settings.Options("{}");

        options.Should().BeEquivalentTo(new RouterOptions(), o => o.Excluding(x => x.TokenCounter));
    }

    [Fact]
    public void A_null_is_no_value() => Settings.Options("""{ "Strategy": null, "Timeouts": null }""").Strategy.Should().Be(default);

    [Fact]
    public void Router_keys_are_applied()
    {
        var options = Settings.Options("""{ "MaxAttempts": 5, "MidStream": "restart", "RefusalAction": "next-provider" }""");

        options.MaxAttempts.Should().Be(5);
        options.MidStream.Should().Be(MidStreamMode.Restart);
        options.RefusalAction.Should().Be(RefusalAction.NextProvider);
    }

    [Fact]
    public void Limits_that_are_not_set_keep_their_defaults()
    {
        var limits = Settings.Options(
            """{ "Timeouts": { "FirstToken": "00:00:02.5", "Idle": "infinite", "Call": "1.00:00:00" } }""").Timeouts;

        limits.Should().Be(TimeoutOptions.Default with
        {
            FirstToken = TimeSpan.FromSeconds(2.5),
            Idle = Timeout.InfiniteTimeSpan,
            Call = TimeSpan.FromDays(1),
        });
    }

    [Fact]
    public void Providers_keep_their_order_and_options()
    {
        var entries = Settings.Entries("""
            { "Providers": [
              { "Name": "fast", "Type": "mock", "Model": "mock-timeout", "Delay": "00:00:00.1", "ChunkDelay": "00:00:00", "Reply": "hi",
                "FailureRate": 0.25, "Seed": -7, "Aliases": [ "small", "cheap" ], "Timeouts": { "Attempt": "00:00:05" },
                "Price": { "PromptPer1K": 0.1, "CompletionPer1K": 2e-1, "CachedPromptPer1K": "0.05" } },
              { "Name": "plain", "Type": "MOCK" } ] }
            """);

        entries.Select(entry => entry.Info.Name).Should().Equal("fast", "plain");
        entries[0].Info.Model.Should().Be("mock-timeout");
        entries[0].Options.Should().BeEquivalentTo(new ProviderOptions
        {
            Aliases = ["small", "cheap"],
            Timeouts = new TimeoutOptions { Attempt = TimeSpan.FromSeconds(5) },
            Price = new ModelPrice(0.1m, 0.2m, 0.05m),
        });
        entries[1].Info.Model.Should().Be("mock-normal");
        entries[1].Options.Should().BeEquivalentTo(new ProviderOptions());
    }

    [Fact]
    public void Prices_are_added_to_the_default_table()
    {
        var prices = Settings.Options("""
            { "Prices": { "Models": [ { "Vendor": "acme", "Model": "m", "PromptPer1K": 1.5, "CompletionPer1K": 3,
                                        "AsOf": "2026-11-01", "Source": "https://acme.example/prices" } ] } }
            """).Prices;

        prices.CostOf("acme", "m", new TokenUsage(1000, 1000)).Should().Be(4.5m);
        prices.Currency.Should().Be(PricingTable.Default.Currency);
        prices.Find("acme", "m")!.AsOf.Should().Be(new DateOnly(2026, 11, 1));
        prices.Find("acme", "m")!.Source.Should().Be("https://acme.example/prices");
    }

    [Fact]
    public void The_base_table_can_be_chosen()
    {
        Settings.Options("""{ "Prices": { "Base": "current" } }""").Prices.Should().BeSameAs(PricingTable.Current);
        Settings.Options("""{ "Prices": { "Base": "Default", "Currency": "rub" } }""").Prices.Should().BeSameAs(PricingTable.Default);
    }

    [Fact]
    public void A_currency_may_be_any_word() =>
        Settings.Options("""{ "Prices": { "Base": "Empty", "Currency": "credits" } }""").Prices.Currency.Should().Be("credits");

    [Fact]
    public void An_empty_table_may_have_a_currency_of_its_own()
    {
        var prices = Settings.Options("""
            { "Prices": { "Base": "Empty", "Currency": "usd",
                          "Models": [ { "Vendor": "openai", "Model": "gpt", "PromptPer1K": 0, "CompletionPer1K": 0 } ] } }
            """).Prices;

        prices.Currency.Should().Be("USD");
        prices.CostOf("openai", "gpt", new TokenUsage(1, 1)).Should().Be(0m);
    }

    [Fact]
    public void Numbers_and_times_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
        try
        {
            Settings.Entries("""
                { "Providers": [ { "Name": "a", "Type": "mock", "Delay": "00:00:01.5",
                                   "Price": { "PromptPer1K": 0.4, "CompletionPer1K": 1.25 } } ] }
                """)[0].Options.Price.Should().Be(new ModelPrice(0.4m, 1.25m));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Keys_ignore_case_as_environment_variables_need()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LLM:STRATEGY"] = "random",
            ["LLM:PROVIDERS:0:NAME"] = "a",
            ["LLM:PROVIDERS:0:TYPE"] = "mock",
        }).Build().GetSection("Llm");
        var services = new ServiceCollection();
        services.AddLlmRouter(section);
        using var container = services.BuildServiceProvider();

        container.GetRequiredService<Router>().Providers.Should().ContainSingle();
        container.GetRequiredService<IOptions<RouterOptions>>().Value.Strategy.Should().Be(RoutingStrategy.Random);
    }
}
