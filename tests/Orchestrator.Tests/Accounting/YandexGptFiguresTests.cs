namespace Orchestrator.Tests.Accounting;

/// <summary>The estimate against what Yandex publishes, and what others measured, for its own models.</summary>
public sealed class YandexGptFiguresTests
{
    // A paragraph of Russian documentation of 500 characters has 96 tokens by Yandex; 4,000 characters had 957 by a report.
    [Theory]
    [InlineData("yandexgpt-5-pro", 500, 96)]
    [InlineData("yandexgpt/latest", 500, 96)]
    [InlineData("gpt://b1g/yandexgpt-5-lite/latest", 500, 96)]
    [InlineData("yandexgpt-lite", 4000, 957)]
    public void Russian_is_within_15_percent(string model, int characters, int tokens) =>
        new TokenCounter().Count(SampleTexts.Repeat(SampleTexts.Russian, characters), model)
            .Should().BeCloseTo(tokens, (uint)(tokens * 0.15));

    // A paragraph of English documentation of 476 characters has 5.35 of them to a token with Alice, by Yandex;
    // the Russian one 3.6 with a tokenizer close to hers.
    [Theory]
    [InlineData(true, 476, 5.35)]
    [InlineData(false, 500, 3.6)]
    public void Alice_is_within_15_percent(bool isEnglish, int characters, double perToken)
    {
        var tokens = characters / perToken;
        new TokenCounter().Count(SampleTexts.Repeat(isEnglish ? SampleTexts.English : SampleTexts.Russian, characters), "aliceai-llm")
            .Should().BeCloseTo((int)tokens, (uint)(tokens * 0.15));
    }

    [Fact]
    public void One_short_message_costs_what_the_template_adds() =>
        new TokenCounter()
            .Count([new(Microsoft.Extensions.AI.ChatRole.User, "ping")], new ProviderInfo("y", "yandexgpt", "yandexgpt-5-lite")).Should()
            .BeCloseTo(15, 2);
}
