using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Accounting;

public sealed class MessageCountTests
{
    private static readonly ProviderInfo OpenAi = new("p", "openai", "gpt-4o");
    private readonly TokenCounter _counter = new();

    [Fact]
    public void No_messages_are_no_tokens() => _counter.Count([], OpenAi).Should().Be(0);

    [Fact]
    public void OpenAi_adds_four_to_a_message_and_three_to_a_call()
    {
        _counter.Count([new ChatMessage(ChatRole.User, "hello")], OpenAi).Should().Be(8);
        _counter.Count([new ChatMessage(ChatRole.System, "hello"), new ChatMessage(ChatRole.User, "hello")], OpenAi).Should().Be(13);
    }

    [Fact]
    public void One_short_message_costs_yandexgpt_fifteen() =>
        _counter.Count([new ChatMessage(ChatRole.User, "ping")], new ProviderInfo("y", "yandexgpt", "yandexgpt/latest")).Should().Be(15);

    [Fact]
    public void A_gigachat_prompt_is_near_its_recorded_usage() =>
        _counter.Count([new ChatMessage(ChatRole.User, "Count from 1 to 3")], new ProviderInfo("g", "gigachat", "GigaChat-2"))
            .Should().BeCloseTo(19, 4);

    [Fact]
    public void All_text_contents_of_a_message_count()
    {
        var message = new ChatMessage(
            ChatRole.User, [new TextContent("hello"), new TextContent("hello"), new TextReasoningContent("hello")]);
        _counter.Count([message], OpenAi).Should().Be(9);
    }

    [Fact]
    public void An_author_name_counts()
    {
        var message = new ChatMessage(ChatRole.User, "hello") { AuthorName = "hello" };
        _counter.Count([message], OpenAi).Should().Be(10);
    }

    [Fact]
    public void Media_are_a_flat_number()
    {
        var message = new ChatMessage(
            ChatRole.User, [new DataContent(new byte[100_000], "image/png"), new UriContent("https://example.org/a.png", "image/png")]);
        _counter.Count([message], OpenAi).Should().Be(7 + 2 * 765);
        new TokenCounter(new() { MediaTokens = 0 }).Count([message], OpenAi).Should().Be(7);
    }

    [Fact]
    public void Calls_and_results_of_functions_count()
    {
        var plain = _counter.Count([new ChatMessage(ChatRole.Assistant, [])], OpenAi);
        var call = new FunctionCallContent(
            "id", "weather", new Dictionary<string, object?> { ["city"] = "Paris", ["days"] = 3, ["unit"] = null });
        var json = JsonSerializer.SerializeToElement(new { temperature = 21 });

        _counter.Count([new ChatMessage(ChatRole.Assistant, [call])], OpenAi).Should().BeInRange(plain + 8, plain + 16);
        Result("sunny").Should().Be(plain + _counter.Count("sunny", "gpt-4o"));
        Result(json).Should().Be(plain + _counter.Count("{\"temperature\":21}", "gpt-4o"));
        Result(new[] { 1, 2 }).Should().Be(plain + _counter.Count("[1,2]", "gpt-4o"));
        Result(null).Should().Be(plain);
        Result(default(JsonElement)).Should().Be(plain);
    }

    [Fact]
    public void A_call_is_its_name_and_for_each_argument_the_name_the_value_and_what_json_puts_around_them()
    {
        Call([]).Should().Be(Call(null));
        var arguments = new Dictionary<string, object?> { ["city"] = "Saint Petersburg", ["days"] = new[] { 1, 2 }, ["unit"] = null };
        Call(arguments).Should().Be(
            Call(null) + (3 * 3) + new[] { "city", "days", "unit", "Saint Petersburg", "[1,2]" }.Sum(t => _counter.Count(t, "gpt-4o")));
    }

    [Fact]
    public void A_result_that_cannot_be_serialized_counts_by_its_name()
    {
        var cycle = new Dictionary<string, object>();
        cycle["self"] = cycle;
        Result(cycle).Should().Be(Result(cycle.ToString()));
    }

    [Fact]
    public void Does_not_read_options_or_change_messages()
    {
        var message = new ChatMessage(ChatRole.User, "hello");
        _counter.Count([message], OpenAi);
        message.Contents.Should().ContainSingle().Which.Should().BeOfType<TextContent>().Which.Text.Should().Be("hello");
    }

    private int Call(Dictionary<string, object?>? arguments) =>
        _counter.Count([new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("id", "weather", arguments)])], OpenAi);

    private int Result(object? value) => _counter.Count([new ChatMessage(ChatRole.Tool, [new FunctionResultContent("id", value)])], OpenAi);
}
