using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>A text that the vendor takes back is no part of a buffered answer; what a stream has handed out cannot be taken back.</summary>
public sealed class YandexGptWithdrawnTests
{
    private const string Refusal =
        "В интернете есть много сайтов с информацией на эту тему. [Посмотрите, что нашлось в поиске](https://ya.ru)";
    private const string Said = "Чтобы собрать это,";

    public static TheoryData<string, string?, string, string> Ends() => new()
    {
        // The last status, its text, the buffered answer and its finish reason.
        { "CONTENT_FILTER", Refusal, Refusal, "content_filter" },
        { "FINAL", Refusal, Refusal, "content_filter" },
        { "CONTENT_FILTER", "", "", "content_filter" },
        { "CONTENT_FILTER", null, "", "content_filter" },
        { "CONTENT_FILTER", "Чтобы", "Чтобы", "content_filter" },
        { "FINAL", "Чтобы", "Чтобы", "stop" },
        { "FINAL", "Иначе", "Иначе", "stop" },
        { "TRUNCATED_FINAL", "Иначе", "Иначе", "length" },
        { "FINAL", Said + " возьмите", Said + " возьмите", "stop" },
        { "CONTENT_FILTER", Said, Said, "content_filter" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_buffered_answer_is_the_vendor_s_final_text(string status, string? text, string expected, string finish)
    {
        foreach (var streaming in new[] { false, true })
        {
            await using var test = new YandexGptCase();
            await using var router = InOrder(null, test.Provider);
            test.Server.Enqueue(
                Fault.Stream(YandexGptCase.Lines(YandexGptCase.Line("Чтобы"), YandexGptCase.Line(Said), Last(status, text))));
            var answer = await router.RouteAsync(new LlmRequest("what grows here?") { Streaming = streaming });
            (answer.Text, answer.Response.FinishReason?.Value).Should().Be((expected, finish));
            answer.Usage.Should().Be(new TokenUsage(19, 24) { Source = UsageSource.Provider });
            answer.Response.Messages.SelectMany(m => m.Contents).OfType<TextContent>().Count(c => c.Text.Length > 0)
                .Should().Be(expected.Length > 0 ? 1 : 0);
            router.RemoveProvider("cloud");
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task So_it_is_of_a_router_in_a_router_that_asks_it_by_stream(string status, string? text, string expected, string finish)
    {
        await using var test = new YandexGptCase();
        await using var inner = InOrder(null, test.Provider);
        await using var outer = InOrder(null, new ChatClientProvider("outer", inner) { RunsTools = true });
        test.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(YandexGptCase.Line("Чтобы"), YandexGptCase.Line(Said), Last(status, text))));
        var answer = await outer.RouteAsync("what grows here?");
        (answer.Text, answer.Response.FinishReason?.Value).Should().Be((expected, finish));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_body_of_several_lines_is_read_to_the_final_text(string status, string? text, string expected, string finish)
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Body(YandexGptCase.Lines(YandexGptCase.Line("Чтобы"), YandexGptCase.Line(Said), Last(status, text))));
        var answer = await test.AskAsync(streamed: false);
        (answer.Text, answer.FinishReason?.Value).Should().Be((expected, finish));
    }

    [Theory]
    [InlineData("CONTENT_FILTER", Refusal)]
    [InlineData("CONTENT_FILTER", "")]
    [InlineData("CONTENT_FILTER", null)]
    [InlineData("FINAL", "Иначе")]
    public async Task A_stream_keeps_what_it_handed_out_and_ends_as_filtered(string status, string? text)
    {
        await using var test = new YandexGptCase();
        await using var router = InOrder(null, test.Provider);
        test.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(YandexGptCase.Line("Чтобы"), YandexGptCase.Line(Said), Last(status, text))));
        var updates = await router.RouteStreamAsync("what grows here?").ToListAsync();
        var collected = updates.ToChatResponse();
        (collected.Text, collected.FinishReason).Should().Be((Said, ChatFinishReason.ContentFilter));
        updates.Where(u => u.RawRepresentation is not (null or ReplacedText))
            .Should().ContainSingle("the route is all that the consumer is told besides").Which.GetRoute().Should().NotBeNull();
    }

    [Fact]
    public async Task The_final_text_ends_before_a_stop_sequence_too()
    {
        await using var test = new YandexGptCase();
        await using var router = InOrder(null, test.Provider);
        test.Server.Enqueue(
            Fault.Stream(YandexGptCase.Lines(YandexGptCase.Line(Said), YandexGptCase.Line("Иначе END и ещё", "FINAL", 24))));
        var answer = await router.RouteAsync("what grows here?", new ChatOptions { StopSequences = ["END"] });
        (answer.Text, answer.Response.FinishReason).Should().Be(("Иначе ", ChatFinishReason.Stop));
    }

    [Fact]
    public async Task A_withdrawn_answer_moves_on_where_refusals_do()
    {
        await using var test = new YandexGptCase();
        await using var router =
            InOrder(new() { RefusalAction = RefusalAction.NextProvider }, test.Provider, FakeProvider.Answering("b", "next"));
        test.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(YandexGptCase.Line(Said), YandexGptCase.Line(Refusal, "CONTENT_FILTER", 24))));
        (await router.RouteAsync("what grows here?")).Text.Should().Be("next");
    }

    private static string Last(string status, string? text) =>
        text is not null
            ? YandexGptCase.Line(text, status, 24)
            : YandexGptCase.Line("", status, 24).Replace(",\"text\":\"\"", "", StringComparison.Ordinal);
}
