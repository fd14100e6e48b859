using FsCheck;
using FsCheck.Xunit;

namespace Orchestrator.Tests.Accounting;

public sealed class StreamedTextTests
{
    private static readonly ProviderInfo Exact = new("p", "openai", "gpt-4o");
    private static readonly ProviderInfo Estimated = new("g", "gigachat", "GigaChat-2");
    private readonly TokenCounter _counter = new();

    [Fact]
    public void Is_empty_until_a_text_comes_that_is_not()
    {
        using var text = new StreamedText(_counter, Exact);
        text.IsEmpty.Should().BeTrue();
        text.Append("");
        text.IsEmpty.Should().BeTrue();
        text.CountTokens().Should().Be(0);
        text.Head().Should().BeEmpty();
        text.Append("a");
        text.IsEmpty.Should().BeFalse();
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(StreamedText.HeadLength)]
    public void A_single_text_is_given_back_itself(int length)
    {
        using var text = new StreamedText(_counter, Exact);
        var only = new string('x', length);
        text.Append(only);
        text.Head().Should().BeSameAs(only);
    }

    [Property(MaxTest = 200)]
    public void Parts_count_as_the_whole(NonNull<string>[] parts)
    {
        var whole = string.Concat(parts.Select(p => p.Get));
        foreach (var provider in new[] { Exact, Estimated })
        {
            using var text = Filled(provider, parts.Select(p => p.Get));
            text.CountTokens().Should().Be(_counter.Count(whole, provider.Model));
            text.Head().Should().Be(whole);
        }
    }

    [Property(MaxTest = 30)]
    public void Long_prose_counts_as_the_whole_however_it_was_divided(PositiveInt seed)
    {
        var random = new System.Random(seed.Get);
        foreach (var sample in new[] { SampleTexts.English, SampleTexts.Russian, SampleTexts.Code, "天地玄黃，宇宙洪荒。日月盈昃。\n" })
        {
            var whole = SampleTexts.Repeat(sample, 100_000 + random.Next(50_000));
            foreach (var provider in new[] { Exact, Estimated })
            {
                using var text = Filled(provider, Divided(whole, random, 3000));
                text.CountTokens().Should().Be(_counter.Count(whole, provider.Model));
                text.Head().Should().Be(whole[..StreamedText.HeadLength]);
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("\uD83D\uDE00")]
    [InlineData("\n")]
    public void A_text_that_nothing_breaks_is_off_by_a_few_tokens_at_most(string unit)
    {
        var whole = SampleTexts.Repeat(unit, 200_000);
        using var text = Filled(Exact, Divided(whole, new System.Random(1), 3000));
        var expected = _counter.Count(whole, "gpt-4o");
        text.CountTokens().Should().BeCloseTo(expected, (uint)(expected / 500));
    }

    [Fact]
    public void Counting_twice_gives_the_same_and_more_text_can_follow()
    {
        var whole = SampleTexts.Repeat(SampleTexts.English, 90_000);
        using var text = Filled(Exact, [whole[..40_000], whole[40_000..80_000]]);
        text.CountTokens().Should().Be(text.CountTokens());
        text.Append(whole[80_000..]);
        text.CountTokens().Should().Be(_counter.Count(whole, "gpt-4o"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_head_never_ends_in_half_a_surrogate_pair(int parts)
    {
        var whole = "!" + SampleTexts.Repeat("\uD83D\uDE00", 2 * StreamedText.HeadLength);
        using var text = Filled(Exact, parts == 1 ? [whole] : [whole[..1000], whole[1000..]]);
        text.Head().Should().Be(whole[..(StreamedText.HeadLength - 1)]);
    }

    [Fact]
    public void A_head_that_just_fits_is_whole()
    {
        var whole = SampleTexts.Repeat(SampleTexts.Russian, StreamedText.HeadLength);
        using var text = Filled(Estimated, [whole[..1], whole[1..]]);
        text.Head().Should().Be(whole);
    }

    [Fact]
    public void Dispose_may_be_repeated_and_leaves_it_empty()
    {
        var text = Filled(Exact, Divided(SampleTexts.Repeat("one two ", 100_000), new System.Random(1), 5000));
        text.Dispose();
        text.Dispose();
        text.IsEmpty.Should().BeTrue();
        text.CountTokens().Should().Be(0);
        text.Head().Should().BeEmpty();
    }

    [Fact]
    public void Appending_allocates_nothing_once_there_is_room()
    {
        using var text = Filled(Exact, ["one", " two"]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
            text.Append(" word");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private StreamedText Filled(ProviderInfo provider, IEnumerable<string> parts)
    {
        var text = new StreamedText(_counter, provider);
        foreach (var part in parts)
            text.Append(part);
        return text;
    }

    private static IEnumerable<string> Divided(string text, System.Random random, int longest)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = Math.Min(random.Next(longest), text.Length - start);
            yield return text.Substring(start, length);
            start += length;
        }
    }
}
