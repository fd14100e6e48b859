using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.DependencyInjection;

public class HttpProviderBuilderTests
{
    private const string Secret = "s3cr3t";

    private readonly ServiceCollection _services = [];

    [Fact]
    public async Task A_provider_asks_through_its_named_client_and_the_users_handler()
    {
        await using var openAi = new FakeOpenAiServer();
        await using var ollama = new FakeOllamaServer();
        var (first, second) = (new Capture(), new Capture());
        _services.AddLlmRouter(o => o.Strategy = RoutingStrategy.RoundRobin)
            .AddOpenAiCompatible(
                "a", o => (o.BaseUrl, o.Model) = (openAi.BaseUrl, "gpt-x"), http: h => h.AddHttpMessageHandler(() => first))
            .AddOllama("b", o => (o.BaseUrl, o.Model) = (ollama.BaseUrl, "llama3.2"), http: h => h.AddHttpMessageHandler(() => second));
        await using var container = _services.BuildServiceProvider();

        await AskTwiceAsync(container);

        (first.Count, second.Count).Should().Be((1, 1));
        (openAi.ChatCount, ollama.ChatCount).Should().Be((1, 1));
    }

    [Fact]
    public async Task Settings_made_beforehand_and_router_options_are_taken_too()
    {
        await using var openAi = new FakeOpenAiServer();
        await using var ollama = new FakeOllamaServer();
        var price = new ModelPrice(1, 2);
        _services.AddLlmRouter()
            .AddOpenAiCompatible(
                "a", new OpenAiCompatibleOptions { BaseUrl = openAi.BaseUrl, Model = "gpt-x" }, new ProviderOptions { Price = price })
            .AddOllama("b", new OllamaOptions { BaseUrl = ollama.BaseUrl, Model = "llama3.2" }, new ProviderOptions { Price = price });
        await using var container = _services.BuildServiceProvider();

        await AskTwiceAsync(container);

        container.GetRequiredService<Router>().GetMetrics().Values.Should().OnlyContain(m => m.TotalCost > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_client_of_a_configured_provider_can_be_changed_by_its_name(bool before)
    {
        await using var server = new FakeOpenAiServer();
        var capture = new Capture();
        if (before)
            _services.AddHttpClient("Orchestrator.a").AddHttpMessageHandler(() => capture);
        _services.AddLlmRouter(Settings.Section(
            $$"""{ "Providers": [ { "Name": "a", "Type": "openai", "Model": "m", "BaseUrl": "{{server.BaseUrl}}" } ] }"""));
        if (!before)
            _services.AddHttpClient("Orchestrator.a").AddHttpMessageHandler(() => capture);
        await using var container = _services.BuildServiceProvider();

        await container.GetRequiredService<Router>().RouteAsync("hi");

        capture.Count.Should().Be(1);
    }

    [Fact]
    public void The_client_is_made_for_calls_without_limits_of_its_own_and_for_a_long_life()
    {
        _services.AddLlmRouter().AddOllama("a", o => o.Model = "m").AddOllama("b", o => o.Model = "m");
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<IHttpClientFactory>().CreateClient("Orchestrator.a").Timeout.Should().Be(Timeout.InfiniteTimeSpan);
        var options = container.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get("Orchestrator.a");
        options.HandlerLifetime.Should().Be(Timeout.InfiniteTimeSpan, "the provider keeps its client, so the handler must never go stale");
        var primary = Primary(container, "Orchestrator.a");
        primary.PooledConnectionLifetime.Should().Be(TimeSpan.FromMinutes(2), "so that changes of DNS are seen");
        primary.AllowAutoRedirect.Should().BeFalse();
        primary.UseCookies.Should().BeFalse();
    }

    [Fact]
    public void What_the_user_says_of_a_client_wins_and_the_rest_stays()
    {
        _services.AddHttpClient("Orchestrator.a").SetHandlerLifetime(TimeSpan.FromHours(1));
        _services.AddLlmRouter().AddOllama("a", o => o.Model = "m", http: h => h
            .UseSocketsHttpHandler((handler, _) => handler.MaxConnectionsPerServer = 3)
            .ConfigureHttpClient(client => client.Timeout = TimeSpan.FromMinutes(1)));
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<IHttpClientFactory>().CreateClient("Orchestrator.a").Timeout.Should().Be(TimeSpan.FromMinutes(1));
        container.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get("Orchestrator.a")
            .HandlerLifetime.Should().Be(TimeSpan.FromHours(1));
        var primary = Primary(container, "Orchestrator.a");
        primary.MaxConnectionsPerServer.Should().Be(3);
        primary.AllowAutoRedirect.Should().BeFalse();
    }

    [Fact]
    public void Other_clients_of_the_application_are_let_be()
    {
        _services.AddHttpClient("mine");
        _services.AddLlmRouter().AddOllama("a", o => o.Model = "m");
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<IHttpClientFactory>().CreateClient("mine").Timeout.Should().Be(TimeSpan.FromSeconds(100));
        container.GetRequiredService<IHttpClientFactory>().CreateClient().Timeout.Should().Be(TimeSpan.FromSeconds(100));
        Primary(container, "mine").AllowAutoRedirect.Should().BeTrue();
    }

    [Fact]
    public void What_is_missing_is_reported_for_all_at_once_with_the_call_that_made_it()
    {
        _services.AddLlmRouter()
            .AddOpenAiCompatible("a", o => o.ApiKey = Secret)
            .AddOpenAiCompatible("b", o => (o.Model, o.ApiKey) = ("m", $"{Secret}\n"))
            .AddOllama("c", o => (o.Model, o.BaseUrl) = ("m", new Uri("ftp://host")));
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        var error = act.Should().Throw<OptionsValidationException>().Which;
        error.Failures.Should().Equal(
            "AddOpenAiCompatible(\"a\"): OpenAiCompatibleOptions.Model is empty; set it to the model to ask, such as 'gpt-4o-mini'.",
            "AddOpenAiCompatible(\"b\"): ApiKey holds a line end, which cannot go into an HTTP header. It was probably copied "
            + "with something around it; copy it again.",
            "AddOllama(\"c\"): BaseUrl must be an absolute http or https address, such as http://localhost:11434.");
        error.ToString().Should().NotContain(Secret);
    }

    [Fact]
    public async Task Not_even_the_most_talkative_log_shows_a_key()
    {
        await using var server = new FakeOpenAiServer();
        var logs = new FakeLogCollector();
        _services.AddSingleton(logs).AddLogging(l => l.AddFakeLogging().SetMinimumLevel(LogLevel.Trace));
        _services.AddLlmRouter().AddOpenAiCompatible("a", o =>
        {
            (o.BaseUrl, o.Model, o.ApiKey) = (server.BaseUrl, "gpt-x", Secret);
            o.Headers["X-Api"] = Secret;
        });
        await using var container = _services.BuildServiceProvider();
        var router = container.GetRequiredService<Router>();

        await router.RouteAsync("hi");
        server.Enqueue(Fault.Unauthorized());
        var failing = () => router.RouteAsync("hi");
        var error = (await failing.Should().ThrowAsync<AllProvidersFailedException>()).Which;
        var leftOut = (await failing.Should().ThrowAsync<LlmException>()).Which;

        server.LastRequest.Header("Authorization").Should().Be($"Bearer {Secret}");
        (error.Kind, leftOut.Kind).Should().Be((LlmErrorKind.Authentication, LlmErrorKind.NoCandidate));
        (error.ToString() + leftOut).Should().NotContain(Secret);
        var written = container.GetFakeLogCollector().GetSnapshot();
        written.Should().NotBeEmpty().And.NotContain(r => r.Category!.StartsWith("System.Net.Http", StringComparison.Ordinal));
        written.Should().NotContain(r => r.Message.Contains(Secret, StringComparison.Ordinal)
            || r.StructuredState!.Any(s => s.Value != null && s.Value.Contains(Secret, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void A_provider_needs_a_name(string? name)
    {
        var openAi = () => _services.AddLlmRouter().AddOpenAiCompatible(name!, o => o.Model = "m");
        var ollama = () => _services.AddLlmRouter().AddOllama(name!, o => o.Model = "m");

        openAi.Should().Throw<ArgumentException>().WithParameterName(nameof(name));
        ollama.Should().Throw<ArgumentException>().WithParameterName(nameof(name));
    }

    private static async Task AskTwiceAsync(ServiceProvider container)
    {
        var router = container.GetRequiredService<Router>();
        await router.RouteAsync("hi");
        await router.RouteAsync("hi");
    }

    private static SocketsHttpHandler Primary(ServiceProvider container, string name)
    {
        var handler = container.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
        while (handler is DelegatingHandler outer)
            handler = outer.InnerHandler!;
        return handler.Should().BeOfType<SocketsHttpHandler>().Subject;
    }

    private sealed class Capture : DelegatingHandler
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
