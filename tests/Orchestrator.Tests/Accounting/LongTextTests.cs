namespace Orchestrator.Tests.Accounting;

/// <summary>Texts of which only the beginning is kept: of what comes after it, samples.</summary>
public sealed class LongTextTests
{
    private static readonly ProviderInfo Exact = new("p", "openai", "gpt-4o");
    private static readonly ProviderInfo Estimated = new("g", "gigachat", "GigaChat-2");

    [Theory]
    [InlineData(SampleTexts.English)]
    [InlineData(SampleTexts.Russian)]
    public void A_long_text_counts_as_the_whole(string sample)
    {
        var counter = new TokenCounter();
        var whole = SampleTexts.Repeat(sample, 90_000);
        foreach (var provider in new[] { Exact, Estimated })
        {
            using var text = Filled(counter, provider, whole[..50_000], whole[50_000..70_000], whole[70_000..]);
            text.CountTokens().Should().Be(counter.Count(whole, provider.Model));
            text.Head().Should().Be(whole[..StreamedText.HeadLength]);
        }
    }

    [Fact]
    public void Thoughts_count_like_text_and_are_no_part_of_it()
    {
        var counter = new TokenCounter();
        using var text = new StreamedText(counter, Exact);
        text.AppendThought("one two");
        text.AppendThought(" three");
        text.IsEmpty.Should().BeTrue();
        text.CountTokens().Should().Be(3);
        text.Append(" four");
        text.CountTokens().Should().Be(4);
        text.Head().Should().Be(" four");
    }

    [Fact]
    public void Nothing_is_counted_before_it_is_asked_for_and_a_count_that_fails_leaves_the_text()
    {
        var tokenizer = new RecordingTokenizer { Failures = 1 };
        var whole = SampleTexts.Repeat("one two ", 3 * StreamedText.HeadLength);
        using var text = Filled(
            new TokenCounter(null, new O200kVocabulary(() => tokenizer)), Exact, whole[..1000], whole[1000..80_000], whole[80_000..]);
        (tokenizer.Pieces.Count, tokenizer.Failed).Should().Be((0, 0));
        text.Invoking(t => t.CountTokens()).Should().Throw<InvalidOperationException>().WithMessage("Failure 1");
        text.CountTokens().Should().BeCloseTo(whole.Length / 4, 500);
        text.Head().Should().Be(whole[..StreamedText.HeadLength]);
    }

    private static StreamedText Filled(TokenCounter counter, ProviderInfo provider, params string[] parts)
    {
        var text = new StreamedText(counter, provider);
        foreach (var part in parts)
            text.Append(part);
        return text;
    }
}
