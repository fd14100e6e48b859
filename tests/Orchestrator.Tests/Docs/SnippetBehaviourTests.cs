using System.Net;
using System.Text;
using MyApp;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Docs;

/// <summary>The longer snippets of the pages do what the pages say.</summary>
public sealed class SnippetBehaviourTests
{
    [Theory]
    [BothModes]
    public async Task The_echo_provider_repeats_the_prompt(bool streamed)
    {
        await using var router = new Router(RoutingStrategy.FirstAvailable).AddProvider(new EchoProvider("echo"));

        var (text, route) = await router.RunAsync(streamed, "hello");

        text.Should().Be("hello");
        route.Provider.Name.Should().Be("echo");
    }

    [Theory]
    [BothModes]
    public async Task The_http_provider_streams_and_reports_usage(bool streamed)
    {
        const string Body = "{\"text\":\"Hi \"}\n{\"text\":\"there\"}\n{\"done\":true,\"promptTokens\":7,\"completionTokens\":2}\n";
        await using var router = new Router().AddProvider(Acme(Body));

        var (text, route) = await router.RunAsync(streamed);

        text.Should().Be("Hi there");
        route.Usage.Should().Be(new TokenUsage(7, 2) { Source = UsageSource.Provider });
        route.Attempts.Should().ContainSingle().Which.Streaming.Should().BeTrue("it prefers streaming");
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "{\"code\":\"slow_down\"}", LlmErrorKind.RateLimited)]
    [InlineData(HttpStatusCode.BadRequest, "{\"code\":\"prompt_too_long\"}", LlmErrorKind.ContextLengthExceeded)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "{}", LlmErrorKind.Unavailable)]
    [InlineData(HttpStatusCode.BadGateway, "<html>", LlmErrorKind.Unavailable)]
    [InlineData(HttpStatusCode.Unauthorized, "<html>", LlmErrorKind.MalformedResponse)]
    [InlineData(HttpStatusCode.Unauthorized, "{}", LlmErrorKind.Authentication)]
    [InlineData(HttpStatusCode.OK, "{\"text\":\"Hi\"}\n", LlmErrorKind.StreamInterrupted)]
    [InlineData(HttpStatusCode.OK, "<html>", LlmErrorKind.MalformedResponse)]
    public async Task The_http_provider_tells_failures_apart(HttpStatusCode status, string body, LlmErrorKind expected)
    {
        await using var router = new Router().AddProvider(Acme(body, status));

        var call = () => router.RouteAsync("hello");

        (await call.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(expected);
    }

    [Fact]
    public void A_tenant_keeps_its_provider_when_another_one_goes()
    {
        Candidate[] all = [.. new[] { "a", "b", "c", "d" }.Select(name => new Candidate(new ProviderInfo(name, "acme", "m")))];
        for (var tenant = 0; tenant < 50; tenant++)
        {
            var request = new LlmRequest("hi") { Tags = new Dictionary<string, string> { ["tenant"] = $"t{tenant}" } };
            var context = new RankContext(request, tenant, new Random(1));
            var order = new StickyByTenant().Rank(all, context).Select(c => c.Info.Name).ToList();

            var without = all.Where(c => c.Info.Name != order[1]).ToList();

            new StickyByTenant().Rank(without, context).First().Info.Name.Should().Be(order[0]);
        }
    }

    private static AcmeProvider Acme(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new("acme", "acme-large", new HttpClient(new Canned(status, body)) { BaseAddress = new Uri("https://api.acme.example/v1/") });

    private sealed class Canned(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status)
            {
                Content = new StringContent(body, Encoding.UTF8, body[0] == '<' ? "text/html" : "application/json"),
            });
    }
}
