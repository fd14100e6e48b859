using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Testing;
using Orchestrator.Wall;

namespace Orchestrator.Tests.Wall;

/// <summary>The router as a server of OpenAI's protocol, as a wall written by others sees it.</summary>
public sealed class WallEndpointTests
{
    [Theory]
    [BothModes]
    public async Task Failover_names_the_secondary_s_model_and_gives_usage(bool streamed)
    {
        await using var primary = new FakeOpenAiServer { Always = Fault.Status(503) };
        await using var secondary = new FakeOpenAiServer { Reply = new FakeReply("one two three") };

        var (status, body) = await AskAsync(primary, secondary, streamed);

        status.Should().Be(HttpStatusCode.OK);
        body.Should().Contain("\"model\":\"secondary-model\"").And.Contain("\"total_tokens\":").And.NotContain("primary-model");
        if (streamed)
            body.TrimEnd().Should().EndWith("data: [DONE]");
        else
            JsonDocument.Parse(body).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
                .Should().Be("one two three");
    }

    [Fact]
    public async Task An_error_is_OpenAI_s_JSON_with_a_fitting_status()
    {
        await using var primary = new FakeOpenAiServer { Always = Fault.Status(503) };
        await using var secondary = new FakeOpenAiServer { Always = Fault.Status(503) };

        var (status, body) = await AskAsync(primary, secondary, streamed: false);

        status.Should().Be(HttpStatusCode.ServiceUnavailable);
        JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("type").GetString().Should().Be("Unavailable");
    }

    [Fact]
    public async Task A_request_that_is_none_is_the_caller_s_fault()
    {
        await using var primary = new FakeOpenAiServer();
        await using var secondary = new FakeOpenAiServer();

        (await AskAsync(primary, secondary, streamed: false, "{\"messages\":5}")).Status.Should().Be(HttpStatusCode.BadRequest);
        (await AskAsync(primary, secondary, streamed: false, "nonsense")).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_stream_that_breaks_ends_without_DONE()
    {
        await using var primary = new FakeOpenAiServer { Reply = new FakeReply("one two three four"), Always = Fault.CutAfterEvents(3) };
        await using var secondary = new FakeOpenAiServer();

        var (status, body) = await AskAsync(primary, secondary, streamed: true);

        status.Should().Be(HttpStatusCode.OK);
        body.Should().Contain("one").And.NotContain("[DONE]").And.NotContain("three");
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(
        FakeOpenAiServer primary, FakeOpenAiServer secondary, bool streamed, string? request = null)
    {
        await using var app = await WallEndpoint.StartAsync(new Uri("http://127.0.0.1:0"), primary.BaseUrl, secondary.BaseUrl);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        request ??= $$"""{"model":"any","stream":{{(streamed ? "true" : "false")}},"messages":[{"role":"user","content":"hello"}]}""";
        using var content = new StringContent(request, Encoding.UTF8, "application/json");
        using var message = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"{app.Urls.First()}/v1/chat/completions"))
        { Content = content };
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        var body = new MemoryStream();
        try
        {
            await response.Content.CopyToAsync(body);
        }
        catch (HttpRequestException) when (streamed)
        {
            // The broken stream has no proper end; what came is what counts.
        }

        return (response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
