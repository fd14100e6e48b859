using System.Text;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Testing;

/// <summary>The fake GigaChat refuses the schemas that the real one refuses: an agent that is tested against it works with both.</summary>
public sealed class FakeGigaChatSchemaTests
{
    private const string Good = """{"type":"object","properties":{"a":{"type":"array","items":{"type":"string","format":"date"}}}}""";

    [Theory]
    [InlineData(Good, null)]
    [InlineData("{}", "type")]
    [InlineData("""{"type":"object"}""", "properties is required")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object"}}}""", "parameters.a.properties is required")]
    [InlineData("""{"type":"object","properties":{"a":{}}}""", "parameters.a.type")]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"]}}}""", "parameters.a.type")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"null"}}}""", "parameters.a.type null")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","format":"uuid"}}}""", "format")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","enum":["a",null]}}}""", "enum")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"string"}]}}}""", "anyOf")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}}}""", "$ref")]
    [InlineData("""{"type":"object","properties":{},"$schema":"x"}""", "$schema")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", "items")]
    [InlineData("""{"type":"object","properties":{},"additionalProperties":{"type":["integer","null"]}}""", "additionalProperties.type")]
    public async Task A_schema_that_GigaChat_cannot_read_is_422(string schema, string? wrong)
    {
        await using var server = new FakeGigaChatServer { RequireToken = false };
        using var http = new HttpClient { DefaultRequestHeaders = { { "User-Agent", "test" } } };
        const string Start = """{"model":"GigaChat-2","messages":[{"role":"user","content":"?"}],""";
        foreach (var (body, where) in new[]
        {
            (Start + "\"functions\":[{\"name\":\"f\",\"parameters\":" + schema + "}]}", "parameters"),
            (Start + "\"response_format\":{\"type\":\"json_schema\",\"schema\":" + schema + "}}", "response_format.schema"),
        })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri(server.BaseUrl + "/chat/completions"), content);
            ((int)answer.StatusCode).Should().Be(wrong is null ? 200 : 422);
            if (wrong is not null)
                (await answer.Content.ReadAsStringAsync()).Should().Contain(wrong.Replace("parameters", where, StringComparison.Ordinal));
        }
    }
}
