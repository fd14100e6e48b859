namespace Orchestrator.Tests.Accounting;

public sealed class TokenCounterTests
{
    private readonly TokenCounter _counter = new();

    [Theory]
    [InlineData(null)]
    [InlineData("gpt-4o")]
    [InlineData("yandexgpt")]
    public void Counts_nothing_for_empty_text(string? model) => _counter.Count("", model).Should().Be(0);

    [Fact]
    public void Refuses_a_text_that_is_null() =>
        FluentActions.Invoking(() => _counter.Count(null!)).Should().Throw<ArgumentNullException>();

    [Theory]
    [InlineData("Hello, world!", 4)]
    [InlineData("hello world", 2)]
    [InlineData("1234", 2)]
    public void Counts_o200k_exactly(string text, int expected) => _counter.Count(text, "gpt-4o").Should().Be(expected);

    [Theory]
    [InlineData(SampleTexts.English)]
    [InlineData(SampleTexts.Russian)]
    [InlineData(SampleTexts.Code)]
    public void Counts_long_texts_as_the_library_does(string text)
    {
        var longText = SampleTexts.Repeat(text, 50_000);
        _counter.Count(longText, "openai/gpt-4o").Should().Be(O200kOracle.Count(longText));
    }

    [Fact]
    public void A_special_token_named_in_a_text_is_ordinary_text() =>
        _counter.Count("<|endoftext|>", "gpt-4o").Should().BeGreaterThan(1);

    [Theory]
    [InlineData('\uD800')]
    [InlineData('\uDC00', '\uD800')]
    [InlineData('a', '\0', 'b', '\0', '\0')]
    [InlineData('\uFFFF', '\uFFFE')]
    public void Broken_text_is_counted_all_the_same(params char[] units)
    {
        var text = new string(units);
        _counter.Count(text, "gpt-4o").Should().BePositive();
        _counter.Count(text, "GigaChat").Should().BePositive();
    }

    [Fact]
    public void Loads_the_vocabulary_for_no_model_it_does_not_fit()
    {
        var vocabulary = new O200kVocabulary(() => throw new InvalidOperationException("not to be loaded"));
        var counter = new TokenCounter(null, vocabulary);
        var withoutTokenizer = new TokenCounter(new() { UseTokenizer = false }, vocabulary);

        counter.Count("text").Should().BePositive();
        counter.Count("text", "gpt-4-turbo").Should().BePositive();
        counter.SourceFor(Provider("gpt-4o"));
        withoutTokenizer.Count("text", "gpt-4o").Should().BePositive();

        vocabulary.IsLoaded.Should().BeFalse();
    }

    [Fact]
    public void Says_whether_a_count_is_exact()
    {
        _counter.SourceFor(Provider("gpt-4o-mini")).Should().Be(UsageSource.Tokenizer);
        _counter.SourceFor(Provider("llama3.2")).Should().Be(UsageSource.Estimate);
        new TokenCounter(new() { UseTokenizer = false }).SourceFor(Provider("gpt-4o")).Should().Be(UsageSource.Estimate);
    }

    [Fact]
    public void Reads_its_options_once()
    {
        var options = new TokenCounterOptions();
        var counter = new TokenCounter(options);
        options.Estimation = TokenEstimation.ByWords;
        counter.Count("unbrokenbutlong").Should().BeGreaterThan(1);
    }

    [Fact]
    public void Refuses_options_that_mean_nothing()
    {
        FluentActions.Invoking(() => new TokenCounter(new() { MediaTokens = -1 })).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new TokenCounter(new() { Estimation = (TokenEstimation)7 }))
            .Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Gives_every_thread_the_same_count()
    {
        var expected = _counter.Count(SampleTexts.Russian, "gpt-4o");
        var counts = new int[64];
        Parallel.For(0, counts.Length, i => counts[i] = _counter.Count(SampleTexts.Russian, "gpt-4o"));
        counts.Should().OnlyContain(c => c == expected);
    }

    private static ProviderInfo Provider(string model) => new("p", "openai", model);
}
