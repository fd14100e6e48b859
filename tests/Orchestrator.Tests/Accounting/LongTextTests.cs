namespace Orchestrator.Tests.Accounting;

/// <summary>Texts of which only the beginning is kept: what comes after it is counted as it comes.</summary>
public sealed class LongTextTests
{
    private static readonly ProviderInfo Exact = new("p", "openai", "gpt-4o");
    private static readonly ProviderInfo Estimated = new("g", "gigachat", "GigaChat-2");
    private readonly RecordingTokenizer _tokenizer = new();

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
            text.Head().Should().Be(whole[..TextSoFar.HeadLength]);
        }
    }

    [Fact]
    public void A_text_that_nothing_breaks_is_cut_only_where_no_more_of_it_can_be_kept()
    {
        var whole = new string('a', 6 * LongText.BufferLength);
        using var text = Filled(Counter(), Exact, whole[..1000], whole[1000..]);
        text.CountTokens().Should().Be(6 * LongText.BufferLength / O200kVocabulary.LongestRun);
        _tokenizer.Pieces.Should().OnlyContain(p => p.Length == O200kVocabulary.LongestRun);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    public void A_text_that_nothing_breaks_is_never_cut_inside_a_surrogate_pair(string before)
    {
        var whole = before + SampleTexts.Repeat("\uD83D\uDE00", 6 * LongText.BufferLength);
        using var text = Filled(Counter(), Exact, whole[..1000], whole[1000..]);
        text.CountTokens().Should().Be(_tokenizer.Pieces.Count);
        _tokenizer.Pieces.Should().OnlyContain(p => !char.IsLowSurrogate(p[0]) && !char.IsHighSurrogate(p[p.Length - 1]));
        string.Concat(_tokenizer.Pieces).Should().Be(whole);
    }

    [Fact]
    public void Thoughts_count_like_text_and_are_no_part_of_it()
    {
        var counter = new TokenCounter();
        using var text = new TextSoFar(counter, Exact);
        text.AppendThought("one two");
        text.AppendThought(" three");
        text.IsEmpty.Should().BeTrue();
        text.CountTokens().Should().Be(3);
        text.Append(" four");
        text.CountTokens().Should().Be(4);
        text.Head().Should().Be(" four");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void A_count_that_failed_while_the_text_came_fails_when_it_is_asked_for_and_the_text_is_there(int failures)
    {
        _tokenizer.Failures = failures;
        var whole = SampleTexts.Repeat("one two ", 2 * TextSoFar.HeadLength);
        using var text = Filled(Counter(), Exact, whole[..1000], whole[1000..80_000], whole[80_000..]);
        for (var i = 0; i < 2; i++)
            text.Invoking(t => t.CountTokens()).Should().Throw<InvalidOperationException>().WithMessage("Failure 1");
        text.Head().Should().Be(whole[..TextSoFar.HeadLength]);
        _tokenizer.Failed.Should().Be(1, "no more is counted after the first failure");
        text.Dispose();
        text.CountTokens().Should().Be(0);
    }

    private TokenCounter Counter() => new(null, new O200kVocabulary(() => _tokenizer));

    private static TextSoFar Filled(TokenCounter counter, ProviderInfo provider, params string[] parts)
    {
        var text = new TextSoFar(counter, provider);
        foreach (var part in parts)
            text.Append(part);
        return text;
    }
}
