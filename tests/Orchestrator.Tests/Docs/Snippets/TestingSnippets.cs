using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The code of docs/testing.md.</summary>
public class TestingSnippets
{
    [Fact]
    public async Task Answers_from_the_second_server_when_the_first_cuts_its_stream()
    {
        await using var first = new FakeOpenAiServer();
        await using var second = new FakeOllamaServer { Reply = new FakeReply("All is well.") };
        first.Enqueue(Fault.CutAfterEvents(2, CutKind.Reset));

        await using var router = new Router(RoutingStrategy.FirstAvailable)
            .AddProvider(new OpenAiCompatibleProvider("first", new() { BaseUrl = first.BaseUrl, Model = "gpt-4o-mini" }))
            .AddProvider(new OllamaProvider("second", new() { BaseUrl = second.BaseUrl, Model = "llama3.2" }));

        var answer = await router.RouteAsync("How are you?");

        Assert.Equal("All is well.", answer.Text);
        Assert.Equal(LlmErrorKind.StreamInterrupted, answer.Attempts[0].Error!.Kind);
    }

    [Fact]
    public async Task Sees_what_was_sent()
    {
        await using var server = new FakeOpenAiServer { ApiKey = "secret" };
        var options = new OpenAiCompatibleOptions { BaseUrl = server.BaseUrl, Model = "gpt-4o-mini", ApiKey = "secret" };
        await using var router = new Router().AddProvider(new OpenAiCompatibleProvider("server", options));

        await router.RouteAsync("How are you?");

        Assert.Equal("Bearer secret", server.LastRequest!.Header("Authorization"));
    }

    [Fact]
    public async Task An_agent_runs_against_a_vendor_s_rules()
    {
        await using var vendor = new FakeOpenAiServer
        {
            Dialect = OpenAiDialect.DeepSeek,
            Respond = request => request.Text.Contains("\"role\":\"tool\"", StringComparison.Ordinal)
                ? new FakeReply("It rains.")
                : new FakeReply("") { Reasoning = "I need the weather.", ToolCalls = [new("get_weather", """{"city":"Omsk"}""")] },
        };
        var options = OpenAiCompatibleOptions.DeepSeek("deepseek-flash", "key");
        options.BaseUrl = vendor.BaseUrl;

        await using var agent = new Router(RoutingStrategy.FirstAvailable)
            .AddProvider(new OpenAiCompatibleProvider("deepseek", options));
        var tool = AIFunctionFactory.Create((string city) => $"Rain in {city}", "get_weather");
        using var client = ((IChatClient)agent).AsBuilder().UseFunctionInvocation().Build();
        (await client.GetResponseAsync("What is the weather?", new() { Tools = [tool] })).Text.Should().Be("It rains.");
    }
}
