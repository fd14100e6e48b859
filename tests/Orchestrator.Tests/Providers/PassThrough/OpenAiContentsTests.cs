using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.PassThrough;

/// <summary>Images, forms of the answer and reasoning through the router and the OpenAI-compatible provider.</summary>
public class OpenAiContentsTests
{
    [Theory]
    [BothModes]
    public async Task Images_are_sent_as_data_and_as_addresses_in_their_place(bool streamed)
    {
        await using var served = Served.OpenAi();
        byte[] image = [0x89, 0x50, 0x4E, 0x47, 0xFF];
        var message = new ChatMessage(ChatRole.User,
        [
            new TextContent("Что "), new DataContent(image, "image/png"),
            new UriContent("https://example.com/a%20b.jpg?x=1", "image/jpeg"), new TextContent("это?"),
        ]);

        var answer = await served.AskAsync(streamed, null, message);

        answer.Text.Should().NotBeEmpty();
        var parts = served.Sent.GetProperty("messages")[0].GetProperty("content").EnumerateArray().ToList();
        parts.Select(p => p.GetProperty("type").GetString()).Should().Equal("text", "image_url", "image_url", "text");
        parts[0].GetProperty("text").GetString().Should().Be("Что ");
        parts[1].GetProperty("image_url").GetProperty("url").GetString()
            .Should().Be($"data:image/png;base64,{Convert.ToBase64String(image)}");
        parts[2].GetProperty("image_url").GetProperty("url").GetString().Should().Be("https://example.com/a%20b.jpg?x=1");
        parts[3].GetProperty("text").GetString().Should().Be("это?");
    }

    [Fact]
    public async Task What_is_no_image_is_refused_and_not_sent()
    {
        await using var served = Served.OpenAi();

        var ask = () => served.AskAsync(true, null, new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")]));

        (await ask.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.NotSupported);
        served.Server.ChatCount.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_schema_is_sent_and_its_json_comes_back_untouched(bool streamed)
    {
        const string json = """{"city":"Орёл","days":[1,2]}""";
        await using var served = Served.OpenAi();
        served.Server.Reply = new FakeReply(json);
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""").RootElement;

        var answer = await served.AskAsync(
            streamed, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "place", "A place.") });

        answer.Text.Should().Be(json);
        var format = served.Sent.GetProperty("response_format");
        format.GetProperty("type").GetString().Should().Be("json_schema");
        format.GetProperty("json_schema").GetProperty("name").GetString().Should().Be("place");
        format.GetProperty("json_schema").GetProperty("description").GetString().Should().Be("A place.");
        format.GetProperty("json_schema").GetProperty("schema").GetRawText().Should().Be(schema.GetRawText());
    }

    [Theory]
    [BothModes]
    public async Task Json_without_a_schema_is_asked_for_and_text_is_not(bool streamed)
    {
        await using var served = Served.OpenAi();

        await served.AskAsync(streamed, new ChatOptions { ResponseFormat = ChatResponseFormat.Json });
        served.Sent.GetProperty("response_format").GetRawText().Should().Be("""{"type":"json_object"}""");
        await served.AskAsync(streamed, new ChatOptions { ResponseFormat = ChatResponseFormat.Text });
        served.Sent.TryGetProperty("response_format", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_typed_answer_is_read_by_the_helpers_of_Microsoft_Extensions_AI()
    {
        await using var served = Served.OpenAi();
        served.Server.Reply = new FakeReply("""{"city":"Орёл","days":3}""");

        var answer = await served.Client(streamed: false).GetResponseAsync<Trip>("Куда?");

        answer.Result.Should().Be(new Trip("Орёл", 3));
        served.Sent.GetProperty("response_format").GetProperty("json_schema").GetProperty("schema").GetProperty("properties")
            .GetProperty("days").GetProperty("type").GetString().Should().Be("integer");
    }

    [Theory]
    [BothModes]
    public async Task Reasoning_comes_back_apart_is_sent_again_to_its_server_and_its_effort_is_asked_for(bool streamed)
    {
        await using var served = Served.OpenAi();
        served.Server.Reply = new FakeReply("Четыре.") { Reasoning = "Два и два 🤔." };

        var answer = await served.AskAsync(
            streamed, new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } });

        answer.Text.Should().Be("Четыре.");
        string.Concat(answer.All<TextReasoningContent>().Select(r => r.Text)).Should().Be("Два и два 🤔.");
        served.Sent.GetProperty("reasoning_effort").GetString().Should().Be("high");

        await served.AskAsync(streamed, null, [new(ChatRole.User, "2+2?"), .. answer.Messages, new(ChatRole.User, "Точно?")]);

        served.SentMessages().Should().Equal(
            """{"role":"user","content":"2+2?"}""",
            """{"role":"assistant","content":"Четыре.","reasoning_content":"Два и два 🤔."}""",
            """{"role":"user","content":"Точно?"}""");
    }

    public sealed record Trip(string City, int Days);
}
