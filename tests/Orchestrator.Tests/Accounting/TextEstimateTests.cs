using FsCheck.Xunit;

namespace Orchestrator.Tests.Accounting;

[Properties(Arbitrary = [typeof(TextGenerators)], MaxTest = 500)]
public sealed class TextEstimateTests
{
    // Characters per token as vendors and public tokenizers give them, the middle where there are several.
    [Theory]
    [InlineData("yandexgpt", 4.66)]
    [InlineData("GigaChat-2", 3.5)]
    [InlineData("llama3.2", 3.6)]
    [InlineData("qwen3", 3.4)]
    [InlineData("aliceai-llm", 3.4)]
    [InlineData("mistral", 2.85)]
    [InlineData("gpt-4-turbo", 2.5)]
    [InlineData("who-knows", 2.5)]
    public void Russian_prose_is_within_15_percent_of_the_figures(string model, double charactersPerToken)
    {
        var expected = SampleTexts.Russian.Length / charactersPerToken;
        new TokenCounter().Count(SampleTexts.Russian, model).Should().BeCloseTo((int)expected, (uint)(expected * 0.15));
    }

    [Theory]
    [InlineData("yandexgpt")]
    [InlineData("qwen3")]
    [InlineData(null)]
    public void English_prose_is_within_15_percent_of_the_figures(string? model)
    {
        var expected = SampleTexts.English.Length / 5.3;
        new TokenCounter().Count(SampleTexts.English, model).Should().BeCloseTo((int)expected, (uint)(expected * 0.15));
    }

    [Fact]
    public void Code_has_more_tokens_than_prose_of_the_same_length()
    {
        var counter = new TokenCounter();
        var code = SampleTexts.Repeat(string.Join(' ', SampleTexts.Code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), 1000);
        var prose = SampleTexts.Repeat(SampleTexts.English, 1000);
        counter.Count(code).Should().BeGreaterThan(counter.Count(prose));
    }

    [Theory]
    [InlineData("字", 100, 100)]
    [InlineData("\uD83D\uDE00", 100, 100)]
    [InlineData("7", 330, 100)]
    [InlineData(" ", 800, 101)]
    public void Weighs_what_is_not_prose_sensibly(string unit, int length, int expected) =>
        new TokenCounter().Count(SampleTexts.Repeat(unit, length)).Should().BeCloseTo(expected, 1);

    [Property]
    public void More_text_never_means_fewer_tokens(MixedText first, MixedText second)
    {
        foreach (var counter in Both())
            counter.Count(first.Value + second.Value, "yandexgpt").Should().BeGreaterThanOrEqualTo(counter.Count(first.Value, "yandexgpt"));
    }

    [Property]
    public void Parts_add_up_to_the_whole(MixedText first, MixedText second)
    {
        foreach (var rule in Enum.GetValues<TokenEstimation>())
        {
            var parts = new TextEstimate(rule, ModelFamily.GigaChat);
            parts.Add(first.Value);
            parts.Add(second.Value);
            var whole = new TextEstimate(rule, ModelFamily.GigaChat);
            whole.Add(first.Value + second.Value);
            parts.Tokens.Should().Be(whole.Tokens);
        }
    }

    [Property]
    public void Stays_between_nothing_and_a_token_for_every_character(MixedText text)
    {
        foreach (var counter in Both())
            counter.Count(text.Value).Should().BeInRange(0, text.Value.Length * 2);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("   ", 0)]
    [InlineData("one", 1)]
    [InlineData(" one\ttwo\u00A0three\n", 3)]
    [InlineData("a b c d e f g h i j", 13)]
    [InlineData("a\u001Cb", 2)]
    public void The_old_rule_is_words_times_1_3_rounded_down(string text, int expected) =>
        new TokenCounter(new() { Estimation = TokenEstimation.ByWords }).Count(text).Should().Be(expected);

    private static TokenCounter[] Both() => [new(), new(new() { Estimation = TokenEstimation.ByWords })];
}
