namespace Orchestrator.Tests.Accounting;

public class PricingTableNamesTests
{
    private static readonly TokenUsage OneK = new(1_000, 0);
    private static readonly ModelPrice Mine = new(7m);

    [Theory]
    [InlineData("GigaChat-2:2.0.30.01", "GigaChat-2")]
    [InlineData("GigaChat-2-Max:2.0.30.01", "GigaChat-2-Max")]
    [InlineData("GigaChat-2-Pro-preview", "GigaChat-2-Pro")]
    [InlineData("GigaChat-2-preview", "GigaChat-2")]
    [InlineData("GigaChat-2-Max-preview:2.0", "GigaChat-2-Max")]
    [InlineData("gigachat-2-max-PREVIEW", "GigaChat-2-Max")]
    [InlineData("GigaChat", "GigaChat-2")]
    [InlineData("GigaChat:1.0.26", "GigaChat-2")]
    [InlineData("GigaChat-Pro", "GigaChat-2-Pro")]
    [InlineData("GigaChat-Pro-preview", "GigaChat-2-Pro")]
    [InlineData("GigaChat-Max", "GigaChat-2-Max")]
    [InlineData("GigaChat-Max-preview", "GigaChat-2-Max")]
    [InlineData("GigaChat-2-Lite", "GigaChat-2")]
    public void GigaChat_names_lead_to_todays_tariff(string name, string model) =>
        PricingTable.Current.Find("gigachat", name).Should().NotBeNull().And.BeSameAs(PricingTable.Current.Find("gigachat", model));

    [Fact]
    public void A_row_for_a_preview_holds_for_each_of_its_releases() =>
        PricingTable.Current.With("gigachat", "GigaChat-2-Max-preview", Mine).Find("gigachat", "GigaChat-2-Max-preview:2.0")
            .Should().BeSameAs(Mine);

    [Theory]
    [InlineData("yandexgpt/latest", "yandexgpt-5-pro")]
    [InlineData("yandexgpt", "yandexgpt-5-pro")]
    [InlineData("yandexgpt/rc", "yandexgpt-5.1")]
    [InlineData("yandexgpt-5.1/latest", "yandexgpt-5.1")]
    [InlineData("yandexgpt-lite", "yandexgpt-5-lite")]
    [InlineData("yandexgpt-lite/latest", "yandexgpt-5-lite")]
    [InlineData("gpt://b1gexamplefolder0000/yandexgpt/latest", "yandexgpt-5-pro")]
    [InlineData("gpt://b1gexamplefolder0000/yandexgpt", "yandexgpt-5-pro")]
    [InlineData("gpt://b1gexamplefolder0000/yandexgpt/rc", "yandexgpt-5.1")]
    [InlineData("GPT://b1gexamplefolder0000/YandexGPT-Lite/Latest", "yandexgpt-5-lite")]
    [InlineData("gpt://b1gexamplefolder0000/gpt-oss-120b/latest", "gpt-oss-120b")]
    [InlineData("gpt://b1gexamplefolder0000/aliceai-llm/latest", "aliceai-llm")]
    public void Yandex_names_and_addresses_lead_to_todays_tariff(string name, string model) =>
        PricingTable.Current.Find("yandexgpt", name).Should().NotBeNull().And.BeSameAs(PricingTable.Current.Find("yandexgpt", model));

    [Theory]
    [InlineData("yandexgpt-lite/rc")]
    [InlineData("yandexgpt/deprecated")]
    [InlineData("gpt://b1gexamplefolder0000/yandexgpt-lite/latest@tamexample")]
    [InlineData("ds://b1gexamplefolder0000/yandexgpt/latest")]
    [InlineData("gpt://yandexgpt")]
    [InlineData("gpt://")]
    [InlineData("/latest")]
    [InlineData("gemma-3-27b-it")]
    public void Yandex_models_without_a_published_tariff_have_no_price(string name)
    {
        PricingTable.Default.Find("yandexgpt", name).Should().BeNull();
        PricingTable.Current.Find("yandexgpt", name).Should().BeNull();
    }

    [Theory]
    [InlineData("gigachat", "GigaChat:1.0.26", 1.00, 0.065)]
    [InlineData("gigachat", "GigaChat-Pro-preview", 2.00, 0.50)]
    [InlineData("yandexgpt", "yandexgpt", 1.50, 1.20)]
    [InlineData("yandexgpt", "yandexgpt-lite", 0.75, 0.20)]
    [InlineData("yandexgpt", "gpt://b1gexamplefolder0000/yandexgpt/latest", 1.50, 1.20)]
    public void One_model_has_one_price_in_a_table_however_it_is_spelled(string vendor, string name, double old, double today)
    {
        PricingTable.Default.CostOf(vendor, name, OneK).Should().Be((decimal)old);
        PricingTable.Default.KnownTariff(vendor, name)!.PromptPer1K.Should().Be((decimal)today);
        PricingTable.Current.CostOf(vendor, name, OneK).Should().Be((decimal)today);
    }

    [Theory]
    [InlineData("gigachat", "GigaChat-2-Max:2.0.30.01", "GigaChat-2-Max")]
    [InlineData("gigachat", "GigaChat-2-Max-preview", "GigaChat-2-Max")]
    [InlineData("gigachat", "GigaChat-Max", "GigaChat-2-Max")]
    [InlineData("yandexgpt", "gpt://b1gexamplefolder0000/yandexgpt/latest", "yandexgpt/latest")]
    [InlineData("yandexgpt", "yandexgpt/rc", "yandexgpt-5.1")]
    public void A_row_with_the_exact_name_wins_and_changes_nothing_else(string vendor, string exact, string general)
    {
        var table = PricingTable.Current.With(vendor, exact, Mine);

        table.Find(vendor, exact).Should().BeSameAs(Mine);
        table.Find(vendor, general).Should().BeSameAs(PricingTable.Current.Find(vendor, general));
    }

    [Fact]
    public void Two_folders_can_have_two_prices()
    {
        var table = PricingTable.Current
            .With("yandexgpt", "gpt://one/yandexgpt/latest", new ModelPrice(1m))
            .With("yandexgpt", "gpt://two/yandexgpt/latest", new ModelPrice(2m));

        table.CostOf("yandexgpt", "gpt://one/yandexgpt/latest", OneK).Should().Be(1m);
        table.CostOf("yandexgpt", "gpt://two/yandexgpt", OneK).Should().Be(2m);
    }

    [Theory]
    [InlineData("yandexgpt", "yandexgpt-lite", "yandexgpt-lite/latest")]
    [InlineData("yandexgpt", "yandexgpt-lite/latest", "yandexgpt-lite")]
    [InlineData("ollama", "llama3", "llama3:latest")]
    [InlineData("ollama", "llama3:latest", "llama3")]
    public void A_name_with_latest_and_without_are_one_row(string vendor, string set, string asked)
    {
        var table = PricingTable.Default.With(vendor, set, Mine);

        table.Find(vendor, asked).Should().BeSameAs(Mine);
        table.KnownTariff(vendor, asked).Should().BeNull();
    }

    [Theory]
    [InlineData("openai", "gpt-4o-preview", "gpt-4o")]
    [InlineData("openai", "ft:gpt-4o:acme", "ft")]
    [InlineData("openai", "llama3:latest", "llama3")]
    [InlineData("openai", "gpt://folder/yandexgpt/latest", "yandexgpt/latest")]
    [InlineData("ollama2", "llama3:8b", "llama3")]
    public void Names_of_other_vendors_are_taken_as_they_are(string vendor, string asked, string similar) =>
        PricingTable.Empty().With(vendor, similar, Mine).Find(vendor, asked).Should().BeNull();

    [Fact]
    public void An_ollama_tag_is_a_model_of_its_own() =>
        PricingTable.Default.With("ollama", "llama3", Mine).CostOf("ollama", "llama3:70b", OneK).Should().Be(0m);

    [Fact]
    public void An_older_name_follows_an_override_of_the_model_that_serves_it() =>
        PricingTable.Current.With("gigachat", "GigaChat-2", Mine).Find("gigachat", "GigaChat").Should().BeSameAs(Mine);

    [Fact]
    public void A_newer_name_does_not_follow_an_override_of_the_older_one() =>
        PricingTable.Current.With("gigachat", "GigaChat", Mine).CostOf("gigachat", "GigaChat-2", OneK).Should().Be(0.065m);

    [Theory]
    [InlineData("gigachat", "GigaChat", "GIGACHAT:1.0.26")]
    [InlineData("yandexgpt", "yandexgpt/latest", "gpt://b1gexamplefolder0000/yandexgpt/latest")]
    public void An_override_is_no_old_row_any_more_even_with_the_old_price(string vendor, string model, string spelledAnotherWay)
    {
        var old = PricingTable.Default.Find(vendor, model)!;

        var table = PricingTable.Default.With(vendor, model, old);

        table.KnownTariff(vendor, model).Should().BeNull();
        table.KnownTariff(vendor, spelledAnotherWay).Should().BeNull();
        PricingTable.Default.KnownTariff(vendor, model).Should().NotBeNull();
    }

    [Fact]
    public void Overriding_one_old_row_leaves_the_others_old()
    {
        var table = PricingTable.Default.With("gigachat", "GigaChat", Mine);

        table.KnownTariff("gigachat", "GigaChat-Pro")!.PromptPer1K.Should().Be(0.50m);
    }

    [Fact]
    public void An_old_row_that_agrees_with_the_tariff_needs_no_word_whatever_its_source()
    {
        var tariff = PricingTable.Current.Find("gigachat", "GigaChat")!;

        PricingTable.Empty().Set("gigachat", "GigaChat", tariff with { Source = "elsewhere", AsOf = null }, isOld: true)
            .KnownTariff("gigachat", "GigaChat").Should().BeNull();
    }
}
