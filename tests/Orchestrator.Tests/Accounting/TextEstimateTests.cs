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

    [Theory]
    [InlineData("gpt-4o", "\u0444", 390, 100)]
    [InlineData("gpt-4o", "\u5B57", 130, 100)]
    [InlineData("qwen3", "\u5B57", 150, 100)]
    [InlineData("llama3.1", "\u5B57", 120, 100)]
    [InlineData("mistral", "\u5B57", 100, 100)]
    public void A_model_without_its_tokenizer_has_rates_of_its_own(string model, string unit, int length, int expected) =>
        new TokenCounter(new() { UseTokenizer = false }).Count(SampleTexts.Repeat(unit, length), model).Should().BeCloseTo(expected, 1);

    [Theory]
    // One mark shows eight letters to be code, and no more of them than there are.
    [InlineData("aaaaaaaa{", 900, 266)]
    [InlineData("aaaaaaaaaaaaaaaa{", 1700, 423)]
    [InlineData("a{", 200, 60)]
    [InlineData("aaaaaaaa.", 900, 188)]
    // A blank is part of a word's token, unless it breaks a line or stands after what has no words.
    [InlineData("a ", 200, 40)]
    [InlineData("a\n", 200, 50)]
    [InlineData("\u00E9 ", 200, 100)]
    [InlineData("\u00E9\n", 200, 81)]
    [InlineData("\u5B57 ", 200, 131)]
    [InlineData("1 ", 200, 61)]
    [InlineData("a\n\n", 300, 63)]
    [InlineData("\u00E9", 200, 100)]
    public void Marks_blanks_and_other_alphabets_weigh_what_they_are_said_to(string unit, int length, int expected) =>
        new TokenCounter().Count(SampleTexts.Repeat(unit, length)).Should().Be(expected);

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
            var parts = new TextEstimate(rule, VendorFacts.Of("gigachat").Family!);
            parts.Add(first.Value);
            parts.Add(second.Value);
            var whole = new TextEstimate(rule, VendorFacts.Of("gigachat").Family!);
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
    [InlineData("a\u001Bb", 1)]
    [InlineData("a\u001Cb", 2)]
    [InlineData("a\u001Fb", 2)]
    [InlineData("a\u0021b", 1)]
    public void The_old_rule_is_words_times_1_3_rounded_down(string text, int expected) =>
        new TokenCounter(new() { Estimation = TokenEstimation.ByWords }).Count(text).Should().Be(expected);

    private static TokenCounter[] Both() => [new(), new(new() { Estimation = TokenEstimation.ByWords })];
}
