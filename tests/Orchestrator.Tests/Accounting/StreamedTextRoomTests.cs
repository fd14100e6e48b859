namespace Orchestrator.Tests.Accounting;

/// <summary>What the text of an answer keeps in memory, and that it gives it back.</summary>
public sealed class StreamedTextRoomTests
{
    private static readonly ProviderInfo Exact = new("p", "openai", "gpt-4o");
    private static readonly ProviderInfo Estimated = new("g", "gigachat", "GigaChat-2");
    private readonly TokenCounter _counter = new(null, new O200kVocabulary(() => new RecordingTokenizer()));

    [Fact]
    public void A_single_text_rents_nothing()
    {
        using var rented = new RentedArrays();
        Append(new StreamedText(_counter, Exact), 5000, 1);
        rented.Lengths.Should().BeEmpty();
    }

    [Theory]
    [InlineData(256, 2, new[] { 512 })]
    [InlineData(256, 3, new[] { 512, 1024 })]
    [InlineData(700, 2, new[] { 1024, 2048 })]
    [InlineData(100, 650, new[] { 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536 })]
    [InlineData(StreamedText.HeadLength / 2, 2, new[] { StreamedText.HeadLength / 2, StreamedText.HeadLength })]
    public void Room_doubles_from_512_characters_up_to_those_that_are_kept(int length, int parts, int[] expected)
    {
        using var rented = new RentedArrays();
        using var text = new StreamedText(_counter, Estimated);
        Append(text, length, parts);
        rented.Lengths.Should().Equal(expected);
        rented.Open.Should().Be(1, "the smaller ones went back");
    }

    [Fact]
    public void Beyond_the_head_only_samples_are_kept()
    {
        using var rented = new RentedArrays();
        using var text = new StreamedText(_counter, Estimated);
        Append(text, StreamedText.HeadLength, 100);
        rented.Lengths.Should().Equal(StreamedText.HeadLength, 4096, 8192, 16_384, 32_768);
        rented.Open.Should().Be(2);
    }

    [Fact]
    public void Everything_rented_goes_back_exactly_once()
    {
        using var rented = new RentedArrays();
        var text = new StreamedText(_counter, Exact);
        Append(text, 30_000, 5);
        for (var i = 0; i < 3; i++)
            text.AppendThought(new string('t', 400));
        rented.Lengths.Should().Contain([StreamedText.HeadLength, 4096, 1024]);
        text.Dispose();
        text.Dispose();
        (rented.Open, rented.Strange).Should().Be((0, 0));
    }

    private static void Append(StreamedText text, int length, int parts)
    {
        for (var i = 0; i < parts; i++)
            text.Append(new string('a', length));
    }
}
