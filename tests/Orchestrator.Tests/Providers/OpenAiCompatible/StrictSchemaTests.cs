using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>Schemas as strict servers want them, and the keys of Microsoft.Extensions.AI.OpenAI.</summary>
public class StrictSchemaTests
{
    [Theory]
    [InlineData("{}", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object"}""", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object","properties":null}""", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":null}""", """{"type":"object","properties":{}}""")]
    [InlineData("true", """{"type":"object","properties":{}}""")]
    [InlineData("null", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object","additionalProperties":false}""", """{"type":"object","additionalProperties":false,"properties":{}}""")]
    [InlineData("""{"properties":{"a":{}}}""", """{"properties":{"a":{}},"type":"object"}""")]
    [InlineData("""{"$schema":"x","title":"t"}""", """{"$schema":"x","title":"t","type":"object","properties":{}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"type":"object","properties":{"a":{"type":"string"}}}""")]
    public async Task A_tool_without_parameters_has_empty_properties(string schema, string sent)
    {
        var tool = AIFunctionFactory.CreateDeclaration("now", "Tells the time.", JsonDocument.Parse(schema).RootElement);
        foreach (var vendor in new[] { "openai", "ollama" })
        {
            foreach (var streamed in new[] { true, false })
            {
                var body = await Written.Async(vendor, streamed, new ChatOptions { Tools = [tool] });
                body.GetProperty("tools")[0].GetProperty("function").GetProperty("parameters").GetRawText().Should().Be(sent);
            }
        }
    }

    [Theory]
    [BothModes]
    public async Task Strict_is_asked_for_by_the_tool_or_by_the_options(bool streamed)
    {
        AIFunction Weather(string? key, object? value) => AIFunctionFactory.Create((string city, int? days = null) => city,
            new AIFunctionFactoryOptions
            {
                Name = "weather",
                AdditionalProperties = key is null ? null : new Dictionary<string, object?> { [key] = value },
            });
        async Task<JsonElement> SentAsync(AIFunction tool, object? ofOptions = null) =>
            (await Written.OpenAiAsync(streamed, new ChatOptions
            {
                Tools = [tool],
                AdditionalProperties = ofOptions is null ? null : new() { ["strictJsonSchema"] = ofOptions },
            })).GetProperty("tools")[0].GetProperty("function");

        (await SentAsync(Weather(null, null))).Has("strict").Should().BeFalse();
        (await SentAsync(Weather("strict", false))).GetProperty("strict").GetBoolean().Should().BeFalse();
        (await SentAsync(Weather("strict", false), true)).GetProperty("strict").GetBoolean().Should().BeFalse("the tool knows better");
        var sent = new[]
        {
            await SentAsync(Weather("strict", true)),
            await SentAsync(Weather("strictJsonSchema", JsonDocument.Parse("true").RootElement)),
            await SentAsync(Weather(null, null), true),
        };
        sent.Should().AllSatisfy(function =>
        {
            function.GetProperty("strict").GetBoolean().Should().BeTrue();
            var schema = function.GetProperty("parameters");
            schema.GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
            schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()).Should().Equal("city", "days");
        });
    }

    [Theory]
    [BothModes]
    public async Task A_strict_answer_is_asked_for_and_the_key_is_no_field(bool streamed)
    {
        var format = ChatResponseFormat.ForJsonSchema(
            JsonDocument.Parse("""{"type":"object","properties":{"a":{"type":"string"}}}""").RootElement, "Ответ of me!");
        var body = await Written.OpenAiAsync(
            streamed, new ChatOptions { ResponseFormat = format, AdditionalProperties = new() { ["strictJsonSchema"] = true } });

        body.Has("strictJsonSchema").Should().BeFalse();
        var sent = body.GetProperty("response_format").GetProperty("json_schema");
        sent.GetProperty("strict").GetBoolean().Should().BeTrue();
        sent.GetProperty("schema").GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
        sent.GetProperty("name").GetString().Should().Be("ofme");
    }

    [Fact]
    public async Task A_server_without_strict_is_not_asked_for_it()
    {
        var tool = AIFunctionFactory.Create(
            (string city) => city,
            new AIFunctionFactoryOptions { AdditionalProperties = new Dictionary<string, object?> { ["strict"] = true } });

        var body = await Written.OpenAiAsync(false, new ChatOptions { Tools = [tool] }, o => o.TakesStrict = false);

        body.GetProperty("tools")[0].GetProperty("function").Has("strict").Should().BeFalse();
    }

    [Theory]
    [BothModes]
    public async Task The_detail_of_an_image_is_sent(bool streamed)
    {
        var body = await Written.OpenAiAsync(streamed, null, null, new ChatMessage(ChatRole.User,
        [
            new DataContent(new byte[] { 1, 2 }, "image/png") { AdditionalProperties = new() { ["detail"] = "high" } },
            new UriContent("https://a.test/b.png", "image/png") { AdditionalProperties = new() { ["detail"] = "low" } },
            new UriContent("https://a.test/c.png", "image/png"),
        ]));

        body.GetProperty("messages")[0].GetProperty("content").EnumerateArray()
            .Select(p => p.GetProperty("image_url").TryGetProperty("detail", out var detail) ? detail.GetString() : null)
            .Should().Equal("high", "low", null);
    }

    [Fact]
    public async Task Json_without_a_schema_is_a_schema_where_the_server_wants_one()
    {
        var body = await Written.OpenAiAsync(
            false, new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, o => o.TakesJsonObject = false);

        body.GetProperty("response_format").GetRawText().Should().Be(
            """{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}}""");
    }

    [Theory]
    [BothModes]
    public async Task A_schema_that_the_server_has_no_word_for_is_not_sent(bool streamed)
    {
        var ask = () => Written.OpenAiAsync(streamed, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema<Point>() },
            o => o.TakesJsonSchema = false);

        (await ask.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.NotSupported);
    }

    public sealed record Point(int X, int Y);
}
