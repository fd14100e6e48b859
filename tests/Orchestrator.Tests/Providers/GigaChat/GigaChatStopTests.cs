using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Stop sequences, which the vendor does not have.</summary>
public sealed class GigaChatStopTests
{
    private const string Text = "раз два\nСТОП три четыре";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(100)]
    public async Task The_text_ends_before_the_first_stop_sequence_however_it_is_cut(int size)
    {
        await using var test = new GigaChatCase();
        var pieces = Text.Chunk(size).Select(c => new string(c)).ToList();
        foreach (var streamed in new[] { true, false })
        {
            foreach (var (stops, expected) in new (string[], string)[]
            {
                (["\nСТОП"], "раз два"), (["СТОП", "\nСТОП"], "раз два"), (["четыре", "три"], "раз два\nСТОП "), (["р"], ""),
                (["пять", ""], Text), (["\nСТОПА"], Text), (["четыре!"], Text),
            })
            {
                test.Server.Enqueue(new FakeReply { Pieces = pieces });
                var answer = await test.AskAsync(streamed, new ChatOptions { StopSequences = stops });
                (answer.Text, answer.FinishReason).Should().Be((expected, ChatFinishReason.Stop));
            }
        }
    }

    [Fact]
    public async Task A_stream_is_ended_at_the_stop_sequence()
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(new FakeReply("раз два три четыре"), Fault.Stall(3));
        var answer = await test.AskAsync(streamed: true, new ChatOptions { StopSequences = ["три"] });
        (answer.Text, answer.FinishReason, answer.Usage).Should().Be(("раз два ", ChatFinishReason.Stop, null));
        await test.Server.WhenDisconnectedAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_was_cut_short_is_billed_by_an_estimate_and_what_came_whole_as_the_vendor_says()
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("раз два три четыре пять") { PromptTokens = 50, CompletionTokens = 9 };
        await using var router = ChatSurface.InOrder(null, test.Provider);
        var cut = await router.RouteAsync(GigaChatCase.Request(true, new ChatOptions { StopSequences = ["три"] }));
        (cut.Text, cut.Usage.Source).Should().Be(("раз два ", UsageSource.Estimate));
        cut.Usage.CompletionTokens.Should().BePositive();
        cut.Cost.Should().BePositive();
        var whole = await test.AskAsync(streamed: false, new ChatOptions { StopSequences = ["три"] });
        (whole.Text, whole.Usage!.InputTokenCount, whole.Usage.OutputTokenCount).Should().Be(("раз два ", 50, 9));
    }

    [Fact]
    public async Task A_beginning_that_came_to_nothing_is_handed_out()
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply { Pieces = ["раз ##", "# два #", "#"] };
        (await test.AskAsync(streamed: true, new ChatOptions { StopSequences = ["####"] })).Text.Should().Be("раз ### два ##");
        test.Server.Reply = new FakeReply { Pieces = ["раз #"], ToolCalls = [new("f", "{}")] };
        var answer = await test.AskAsync(streamed: true, new ChatOptions { StopSequences = ["##"] });
        answer.Messages[0].Contents.Where(c => c is TextContent or FunctionCallContent).Select(c => c.GetType().Name).Last()
            .Should().Be(nameof(FunctionCallContent));
        answer.Text.Should().Be("раз #");
    }

    [Fact]
    public void Random_texts_and_cuts_end_where_a_search_in_the_whole_text_says()
    {
        var random = new Random(17);
        for (var round = 0; round < 3000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 25)).Select(_ => "ab "[random.Next(3)])]);
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4))
                .Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => "ab "[random.Next(3)])]))];
            var cut = StopCut.For(stops)!;
            var shown = "";
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(random.Next(1, 6), text.Length - at);
                shown += cut.Take(text.Substring(at, length));
                at += length;
            }

            shown += cut.Rest();
            var first = stops.Select(s => (Start: text.IndexOf(s, StringComparison.Ordinal), s.Length)).Where(f => f.Start >= 0)
                .OrderBy(f => f.Start + f.Length).ThenBy(f => f.Start).Select(f => f.Start).DefaultIfEmpty(text.Length).First();
            shown.Should().Be(text[..first], $"'{text}' was to end at {string.Join('|', stops)}");
        }
    }
}
