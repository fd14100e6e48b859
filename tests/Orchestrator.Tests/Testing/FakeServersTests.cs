using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers;

namespace Orchestrator.Tests.Testing;

public sealed class FakeServersTests
{
    [Theory]
    [InlineData("{nonsense", 400, "We could not parse the JSON body")]
    [InlineData("", 400, "We could not parse the JSON body")]
    [InlineData("{}", 400, "you must provide a model parameter")]
    [InlineData("""{"model":"m"}""", 400, "Missing required parameter: 'messages'.")]
    [InlineData("""{"model":"m","messages":"hi"}""", 400, "Invalid type for 'messages'")]
    [InlineData("""{"model":"m","messages":[]}""", 400, "empty array")]
    [InlineData("""{"model":"m","messages":[{"content":"x"}]}""", 400, "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"king","content":"x"}]}""", 400, "Invalid value: 'king'")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"x"}]}""", 400, "preceeding message")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a"},{"id":"b"}]},"""
        + """{"role":"tool","tool_call_id":"a","content":"x"}]}""", 400, "did not have response messages: b")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a"}]},{"role":"user","content":"x"},"""
        + """{"role":"tool","tool_call_id":"a","content":"x"}]}""", 400, "did not have response messages: a")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":3}""", 400, "above maximum value")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}""", 400,
        "only allowed when 'stream' is enabled")]
    [InlineData("""{"model":"nope","messages":[{"role":"user","content":"x"}]}""", 404, "does not exist or you do not have access to it")]
    public async Task OpenAi_refuses_what_OpenAI_refuses(string body, int status, string words)
    {
        await using var server = new FakeOpenAiServer { Models = ["m"] };

        var (answered, text) = await PostAsync(new Uri(server.BaseUrl + "/chat/completions"), body);

        answered.Should().Be(status);
        using var json = JsonDocument.Parse(text);
        json.RootElement.GetProperty("error").GetProperty("message").GetString().Should().Contain(words);
        json.RootElement.GetProperty("error").GetProperty("type").GetString().Should().Be("invalid_request_error");
    }

    [Theory]
    [InlineData("", 400, "missing request body")]
    [InlineData("nonsense", 400, "invalid character 'n' looking for beginning of value")]
    [InlineData("{", 400, "unexpected EOF")]
    [InlineData("{}", 400, "model is required")]
    [InlineData("""{"model":"nope"}""", 404, "model 'nope' not found")]
    [InlineData("""{"model":"embed","messages":[{"role":"user","content":"x"}]}""", 400, "\"embed\" does not support chat")]
    [InlineData("""{"model":"m","think":true,"messages":[{"role":"user","content":"x"}]}""", 400, "\"m\" does not support thinking")]
    [InlineData("""{"model":"m","top_logprobs":21,"messages":[]}""", 400, "top_logprobs must be between 0 and 20")]
    [InlineData("""{"model":"m","messages":"hi"}""", 400,
        "json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message")]
    public async Task Ollama_refuses_what_Ollama_refuses(string body, int status, string words)
    {
        await using var server = new FakeOllamaServer { Models = [new("m"), new("embed") { Capabilities = ["embedding"] }] };

        var (answered, text) = await PostAsync(new Uri(server.Address, "api/chat"), body);

        answered.Should().Be(status);
        using var json = JsonDocument.Parse(text);
        json.RootElement.GetProperty("error").GetString().Should().Be(words);
    }

    [Fact]
    public async Task Ollama_streams_lines_unless_told_otherwise()
    {
        await using var server = new FakeOllamaServer { Reply = new FakeReply("a b") { PromptTokens = 5, CompletionTokens = 2 } };
        const string open = """{"model":"m","messages":[{"role":"user","content":"x"}]""";

        var (_, streamed) = await PostAsync(new Uri(server.Address, "api/chat"), open + "}");
        var (_, whole) = await PostAsync(new Uri(server.Address, "api/chat"), open + ",\"stream\":false}");

        var lines = streamed.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        lines.Select(l => l.GetProperty("message").GetProperty("content").GetString()).Should().Equal("a", " b", "");
        lines.Select(l => l.GetProperty("done").GetBoolean()).Should().Equal(false, false, true);
        lines[0].TryGetProperty("eval_count", out _).Should().BeFalse();
        lines[^1].GetProperty("prompt_eval_count").GetInt32().Should().Be(5);
        lines[^1].GetProperty("created_at").GetString().Should().MatchRegex(@"\.\d{9}Z$");
        JsonDocument.Parse(whole).RootElement.GetProperty("message").GetProperty("content").GetString().Should().Be("a b");
    }

    [Fact]
    public async Task Ollama_cuts_a_long_prompt_silently_or_refuses_it()
    {
        await using var server = new FakeOllamaServer();
        var open = $$"""{"model":"m","stream":false,"options":{"num_ctx":100}"""
            + $$""","messages":[{"role":"user","content":"{{new string('x', 4000)}}"}]""";

        var (_, cut) = await PostAsync(new Uri(server.Address, "api/chat"), open + "}");
        var (status, refused) = await PostAsync(new Uri(server.Address, "api/chat"), open + ",\"truncate\":false}");

        JsonDocument.Parse(cut).RootElement.GetProperty("prompt_eval_count").GetInt32().Should().Be(100);
        status.Should().Be(400);
        refused.Should().Contain("longer than the context length");
    }

    [Fact]
    public async Task Ollama_has_a_root_models_and_a_version()
    {
        await using var server = new FakeOllamaServer { Models = [new("m") { ContextLength = 8192 }] };
        using var client = new HttpClient { BaseAddress = server.Address };

        (await client.GetStringAsync(new Uri("/", UriKind.Relative))).Should().Be("Ollama is running");
        using (var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/")))
            head.Content.Headers.ContentLength.Should().Be("Ollama is running".Length);
        (await client.GetStringAsync(new Uri("api/version", UriKind.Relative))).Should().Be("""{"version":"0.12.6"}""");
        (await client.GetStringAsync(new Uri("api/tags", UriKind.Relative))).Should().Contain("\"name\":\"m:latest\"");
        (await PostAsync(new Uri(server.Address, "api/show"), """{"model":"m"}""")).Text
            .Should().Contain("\"llama.context_length\":8192").And.Contain("\"capabilities\":[\"completion\",\"tools\"]");
        (await client.GetAsync(new Uri("nowhere", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await client.GetAsync(new Uri("api/chat", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [BothModes]
    public async Task Ollama_and_our_provider_understand_each_other(bool streamed)
    {
        await using var server = new FakeOllamaServer
        {
            Reply = new FakeReply("Небо 🌤️")
            {
                Reasoning = "Hm.",
                ToolCalls = [new("f", """{"a":1}""")],
                PromptTokens = 5,
                CompletionTokens = 2
            },
        };
        using var provider = new OllamaProvider("o", new OllamaOptions { BaseUrl = server.BaseUrl, Model = "m" });

        var updates = await provider.ReadAsync(streamed ? Reading.Streamed() : Reading.Buffered());
        var answer = streamed ? updates.ToChatResponse() : updates.Whole();

        answer.Text.Should().Be("Небо 🌤️");
        answer.Usage!.InputTokenCount.Should().Be(5);
        answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Which.Name.Should().Be("f");
        (await provider.ProbeAsync(default)).Should().BeTrue();
        foreach (var kind in new[] { LlmErrorKind.Authentication, LlmErrorKind.Permission, LlmErrorKind.RateLimited,
            LlmErrorKind.ModelNotFound, LlmErrorKind.ContextLengthExceeded, LlmErrorKind.NotSupported, LlmErrorKind.Unavailable,
            LlmErrorKind.ServerError })
        {
            server.Enqueue(Fault.Error(kind));
            (await provider.FailAsync(streamed ? Reading.Streamed() : Reading.Buffered())).Error.Kind.Should().Be(kind);
        }

        server.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_key_is_asked_for_when_there_is_one()
    {
        await using var server = new FakeOpenAiServer { ApiKey = "sk-fake-0123456789" };
        using var client = new HttpClient();
        var models = new Uri(server.BaseUrl + "/models");

        (await client.GetAsync(models)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-other-0123456789");
        (await (await client.GetAsync(models)).Content.ReadAsStringAsync())
            .Should().Contain("sk-other*******6789").And.Contain("invalid_api_key");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-fake-0123456789");
        (await client.GetAsync(models)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<(int Status, string Text)> PostAsync(Uri address, string body)
    {
        using var client = new HttpClient();
        using var response = await client.PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json"));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
