using FsCheck.Xunit;

namespace Orchestrator.Tests.Accounting;

[Properties(Arbitrary = [typeof(TextGenerators)], MaxTest = 500)]
public sealed class O200kVocabularyTests
{
    private static readonly O200kVocabulary Vocabulary = new();

    public static TheoryData<string> Endless => new(
        "a", "A", " ", "\n", "!", "ы", "字", "\u200B", "\uD83D\uDE00", "\0", "\t", " \n", "é", "\u0301");

    [Theory]
    [MemberData(nameof(Endless))]
    public void Hands_no_run_longer_than_the_limit_to_the_library_and_loses_nothing(string unit)
    {
        var tokenizer = new RecordingTokenizer();
        var text = SampleTexts.Repeat(unit, 10_000);

        new O200kVocabulary(() => tokenizer).Count(text);

        var limit = text.Any(c => c > 127) ? O200kVocabulary.LongestWideRun : O200kVocabulary.LongestRun;
        tokenizer.Pieces.Should().OnlyContain(p => p.Length > 0 && p.Length <= limit);
        string.Concat(tokenizer.Pieces).Should().Be(text);
    }

    [Fact]
    public void Never_cuts_a_surrogate_pair()
    {
        var tokenizer = new RecordingTokenizer();

        new O200kVocabulary(() => tokenizer).Count("!" + SampleTexts.Repeat("\uD83D\uDE00", 1000));

        tokenizer.Pieces.Should().OnlyContain(p => !char.IsLowSurrogate(p[0]) && !char.IsHighSurrogate(p[p.Length - 1]));
        tokenizer.Pieces.Should().OnlyContain(p => p.Length <= O200kVocabulary.LongestWideRun);
    }

    // No case of the theory above: cases are handed on as UTF-8, where half a pair is a replacement character.
    [Fact]
    public void Half_a_pair_that_a_run_ends_with_is_counted_and_not_looked_behind()
    {
        var tokenizer = new RecordingTokenizer();
        var text = new string('\uD83D', 1000);

        new O200kVocabulary(() => tokenizer).Count(text);

        tokenizer.Pieces.Should().OnlyContain(p => p.Length > 0 && p.Length <= O200kVocabulary.LongestWideRun);
        string.Concat(tokenizer.Pieces).Should().Be(text);
    }

    [Fact]
    public void A_pair_that_a_run_ends_with_stays_whole()
    {
        var tokenizer = new RecordingTokenizer();
        var pairs = SampleTexts.Repeat("\uD83D\uDE00", O200kVocabulary.LongestWideRun);

        new O200kVocabulary(() => tokenizer).Count("!" + pairs);

        tokenizer.Pieces.Should().Equal("!" + pairs[..^2], "\uD83D\uDE00");
    }

    [Fact]
    public void Does_not_cut_ordinary_words()
    {
        var tokenizer = new RecordingTokenizer();

        new O200kVocabulary(() => tokenizer).Count("one " + new string('x', 1023) + " " + SampleTexts.Repeat("длинно", 127));

        tokenizer.Pieces.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(33, 2)]
    public void Remembers_pieces_of_up_to_32_characters(int length, int asked)
    {
        var tokenizer = new RecordingTokenizer();
        var vocabulary = new O200kVocabulary(() => tokenizer);

        for (var i = 0; i < 2; i++)
            vocabulary.Count(new string('x', length)).Should().Be(1);

        tokenizer.Pieces.Should().HaveCount(asked);
    }

    [Fact]
    public void The_parts_of_a_run_add_up()
    {
        var vocabulary = new O200kVocabulary(() => new RecordingTokenizer());

        vocabulary.Count(new string('x', (2 * O200kVocabulary.LongestRun) + 1) + " one").Should().Be(4);
        Vocabulary.Count(new string('x', 100)).Should().Be(O200kOracle.Count(new string('x', 100)));
    }

    [Property]
    public void Counts_as_the_library_does(MixedText text) =>
        Vocabulary.Count(text.Value).Should().Be(O200kOracle.Count(text.Value));

    [Fact]
    public void Asks_the_library_once_for_a_word_it_has_met()
    {
        var tokenizer = new RecordingTokenizer();
        var vocabulary = new O200kVocabulary(() => tokenizer);

        vocabulary.Count(" one two one").Should().Be(3);
        vocabulary.Count(" two two").Should().Be(2);

        tokenizer.Pieces.Should().Equal(" one", " two");
    }

    [Fact]
    public void Takes_no_word_for_another_with_more_words_than_it_remembers()
    {
        var words = Enumerable.Range(0, 40_000).Select(i => " " + Letters(i)).ToList();
        var text = string.Concat(words.Concat(words));

        Vocabulary.Count(text).Should().Be(O200kOracle.Count(text));
    }

    private static string Letters(int number) =>
        number < 26 ? $"{(char)('a' + number)}" : Letters(number / 26) + (char)('a' + (number % 26));

    [Fact]
    public void Loads_once_and_only_when_something_is_counted()
    {
        var loads = 0;
        var vocabulary = new O200kVocabulary(() =>
        {
            loads++;
            return new RecordingTokenizer();
        });

        vocabulary.Count("").Should().Be(0);
        vocabulary.IsLoaded.Should().BeFalse();
        vocabulary.Count("one");
        vocabulary.Count("two");

        vocabulary.IsLoaded.Should().BeTrue();
        loads.Should().Be(1);
    }
}
