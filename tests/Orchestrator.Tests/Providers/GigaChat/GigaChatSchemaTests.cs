using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Schemas as .NET and tool servers make them become those that GigaChat takes. The server refuses all others.</summary>
public sealed class GigaChatSchemaTests : IAsyncLifetime, IDisposable
{
    private readonly GigaChatCase _test = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    public void Dispose() => _test.Provider.Dispose();

    [Theory]
    [BothModes]
    public async Task An_ordinary_function_of_dotnet_is_called(bool streamed)
    {
        var (function, calls) = OrdinaryFunction.New();
        _test.Server.Enqueue(new FakeReply("") { ToolCalls = [new("forecast", OrdinaryFunction.Arguments)] });
        _test.Server.Enqueue(new FakeReply("Тепло."));
        await using var router = ChatSurface.InOrder(null, _test.Provider);
        using var client = ((IChatClient)router).AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [function] };
        var answer = streamed
            ? await client.GetStreamingResponseAsync("?", options).ToChatResponseAsync()
            : await client.GetResponseAsync("?", options);
        answer.Text.Should().Be("Тепло.");
        calls.Should().Equal(OrdinaryFunction.Called);
        var sent = _test.Server.LastRequest.Json!.Value.GetProperty("functions")[0].GetProperty("parameters");
        sent.GetProperty("required").GetRawText().Should().Be("""["id","unit"]""", ".NET refuses a call without them");
        sent.GetProperty("properties").GetProperty("extra").GetRawText()
            .Should().Be("""{"type":"object","properties":{},"additionalProperties":{"type":"integer"}}""");
        sent.GetProperty("properties").GetProperty("unit").GetRawText()
            .Should().Be("""{"type":"string","enum":["Celsius","Fahrenheit"]}""");
        sent.GetProperty("properties").GetProperty("any").GetRawText()
            .Should().Be("""{"type":"object","properties":{}}""");
    }

    [Theory]
    [InlineData("{}", """{"type":"object","properties":{}}""")]
    [InlineData("true", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object"}""", """{"type":"object","properties":{}}""")]
    [InlineData("""{"$schema":"x","$id":"y","title":"T","type":"object","properties":{}}""", """{"type":"object","properties":{}}""")]
    [InlineData(
        """{"type":["object","null"],"properties":{"a":{"type":"integer"}},"required":["a","b"],"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}""")]
    public async Task The_top_of_a_functions_schema_is_an_object_with_properties(string schema, string sent) =>
        (await SentAsync(schema)).Should().Be(sent);

    [Theory]
    [InlineData("""{"type":["integer","null"]}""", """{"type":"integer"}""")]
    [InlineData("""{"type":["integer","number"]}""", """{"type":"number"}""")]
    [InlineData("""{"type":"integer","nullable":true}""", """{"type":"integer"}""")]
    [InlineData("""{"type":["string","integer","null"],"pattern":"^-?\\d+$"}""", """{"type":"integer"}""")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}""", """{"type":"string"}""")]
    [InlineData("""{"oneOf":[{"const":null},{"type":"boolean"}],"description":"d"}""", """{"type":"boolean","description":"d"}""")]
    [InlineData("""{"anyOf":[{"const":"a"},{"enum":["b",null]}]}""", """{"type":"string","enum":["a","b"]}""")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"number"}]}""", """{"type":"number"}""")]
    [InlineData("""{"allOf":[{"type":"string","description":"in"}],"description":"out"}""", """{"type":"string","description":"out"}""")]
    [InlineData(
        """{"allOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":{"type":"string"}},"required":["b"]}]}""",
        """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"]}""")]
    [InlineData("""{"type":"string","format":"uuid"}""", """{"type":"string"}""")]
    [InlineData("""{"type":"string","format":"date-time"}""", """{"type":"string","format":"date-time"}""")]
    [InlineData("""{"enum":["a",null]}""", """{"type":"string","enum":["a"]}""")]
    [InlineData("""{"const":"a"}""", """{"type":"string","enum":["a"]}""")]
    [InlineData("""{"enum":[1,2,null]}""", """{"type":"integer","description":"One of: 1, 2."}""")]
    [InlineData("""{"enum":[1.5,2],"description":"n"}""", """{"type":"number","description":"n One of: 1.5, 2."}""")]
    [InlineData("true", """{"type":"object","properties":{}}""")]
    [InlineData("""{"description":"any"}""", """{"type":"object","description":"any","properties":{}}""")]
    [InlineData("""{"minimum":1}""", """{"type":"number","minimum":1}""")]
    [InlineData("""{"type":"array"}""", """{"type":"array","items":{"type":"string"}}""")]
    [InlineData("""{"items":{"type":["integer","null"]}}""", """{"type":"array","items":{"type":"integer"}}""")]
    [InlineData(
        """{"type":"array","prefixItems":[{"type":"integer"},{"type":"number"}]}""",
        """{"type":"array","items":{"type":"number"}}""")]
    [InlineData(
        """{"type":"object","properties":{"x":{}},"anyOf":[{"required":["x"]},{"required":["y"]}],"if":{},"then":{}}""",
        """{"type":"object","properties":{"x":{"type":"object","properties":{}}}}""")]
    [InlineData(
        """{"type":"object","properties":{"x":{"type":["string","null"]},"y":{"type":"string"}},"required":["x","y"]}""",
        """{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}},"required":["y"]}""")]
    public async Task A_part_is_said_in_the_vendors_words(string part, string sent) =>
        (await SentAsync($$$"""{"type":"object","properties":{"p":{{{part}}}}}"""))
            .Should().Be($$$"""{"type":"object","properties":{"p":{{{sent}}}}}""");

    [Fact]
    public async Task References_are_written_out_wherever_they_lead()
    {
        var sent = await SentAsync(
            """
            {"type":"object","$defs":{"A/B":{"type":"string","description":"ab"},"L":{"$ref":"#/$defs/A~1B"}},
             "properties":{"home":{"type":["object","null"],"properties":{"city":{"$ref":"#/%24defs/L"}}},
                           "work":{"$ref":"#/properties/home","description":"w"}}}
            """);
        string Home(string more) =>
            "{\"type\":\"object\"" + more + ",\"properties\":{\"city\":{\"type\":\"string\",\"description\":\"ab\"}}}";
        sent.Should().Be(
            "{\"type\":\"object\",\"properties\":{\"home\":" + Home("") + ",\"work\":" + Home(",\"description\":\"w\"") + "}}");
    }

    [Theory]
    [InlineData("""{"type":["string","integer"]}""")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}""")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"enum":["a",1]}""")]
    [InlineData("""{"enum":[{"a":1}]}""")]
    [InlineData("""{"type":"null"}""")]
    [InlineData("""{"enum":[null]}""")]
    [InlineData("false")]
    [InlineData("""{"$ref":"https://example.com/schema"}""")]
    [InlineData("""{"$ref":"#/$defs/missing"}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"#/properties/p"}""")]
    [InlineData("""{"type":"array","items":{"$ref":"#/properties/p"}}""")]
    [InlineData("""{"type":"date"}""")]
    public async Task What_cannot_be_said_is_asked_of_the_next_provider(string part)
    {
        var schema = $$$"""{"type":"object","properties":{"p":{{{part}}}}}""";
        foreach (var streamed in new[] { true, false })
        {
            (await _test.FailAsync(streamed, With(schema))).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
            await using var router = ChatSurface.InOrder(null, _test.Provider, FakeProvider.Answering("next", "whole"));
            (await router.RouteAsync(GigaChatCase.Request(streamed, With(schema)))).Text.Should().Be("whole");
        }

        _test.Server.ChatCount.Should().Be(0, "nothing is sent");
    }

    [Fact]
    public async Task A_function_that_takes_no_object_and_a_schema_that_is_none_are_refused()
    {
        (await _test.FailAsync(streamed: true, With("""{"type":"string"}"""))).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
        (await _test.FailAsync(streamed: true, With("""{"type":"object","properties":{"p":"string"}}"""))).Error.Kind
            .Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Fact]
    public async Task References_that_multiply_do_not_fill_the_memory()
    {
        var levels = string.Join(',', Enumerable.Range(0, 30).Select(i =>
            $$$"""
            "d{{{i}}}":{"properties":{"a":{"$ref":"#/$defs/d{{{i + 1}}}"},"b":{"$ref":"#/$defs/d{{{i + 1}}}"} } }
            """));
        var schema = $$"""{"$defs":{ {{levels}},"d30":{"type":"string"} },"$ref":"#/$defs/d0"}""";
        (await _test.FailAsync(streamed: true, With(schema))).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
    }

    [Fact]
    public async Task An_answer_in_JSON_has_a_schema_that_is_taken_too()
    {
        (await FormatAsync(ChatResponseFormat.Json)).GetRawText()
            .Should().Be("""{"type":"json_schema","schema":{"type":"object","properties":{}},"strict":false}""");
        var format = await FormatAsync(ChatResponseFormat.ForJsonSchema<OrdinaryFunction.Address>());
        format.GetProperty("strict").GetBoolean().Should().BeTrue();
        format.GetProperty("schema").GetProperty("properties").EnumerateObject().Select(p => p.Name)
            .Should().Equal("city", "house", "note");
    }

    private async Task<JsonElement> FormatAsync(ChatResponseFormat format) =>
        (await _test.SentAsync(new ChatOptions { ResponseFormat = format })).GetProperty("response_format");

    private async Task<string> SentAsync(string schema) =>
        (await _test.SentAsync(With(schema))).GetProperty("functions")[0].GetProperty("parameters").GetRawText();

    private static ChatOptions With(string schema) => new()
    {
        Tools = [AIFunctionFactory.CreateDeclaration("f", "d", JsonSerializer.Deserialize<JsonElement>(schema))]
    };
}
