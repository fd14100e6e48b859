using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.GigaChat;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Providers.Yandex;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>What passes by the proxy of the process, and what does not.</summary>
[Collection(ProxyCollection.Name)]
public sealed class ProxyTests
{
    [Theory]
    [BothModes]
    public async Task Loopback_passes_by_the_proxy_with_calls_checks_probes_and_tokens(bool streamed)
    {
        await using var proxy = new ProcessProxy();
        await using var openAi = new Wire();
        (await openAi.TextAsync(streamed)).Should().NotBeEmpty();
        (await openAi.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.None);
        await using var giga = new GigaChatCase();
        (await giga.AskAsync(streamed)).Text.Should().NotBeEmpty();
        (await giga.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.None);
        await using var ollama = new FakeOllamaServer();
        using var local =
            new OllamaProvider("local", new() { Model = "pine", BaseUrl = new Uri($"http://LocalHost:{ollama.Address.Port}") });
        (await local.ReadAsync(Wire.Ask(streamed))).Should().NotBeEmpty();
        foreach (var metadata in new[] { true, false })
        {
            await using var cloud = new YandexGptCase(o => o.UseMetadata = metadata, withKeyFile: !metadata);
            (await cloud.AskAsync(streamed)).Text.Should().NotBeEmpty();
            (await cloud.Provider.ProbeAsync(default)).Should().BeTrue();
        }

        proxy.Asked.Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task So_it_does_with_the_named_clients_of_a_container(bool streamed)
    {
        await using var proxy = new ProcessProxy();
        await using var server = new FakeOllamaServer();
        var services = new ServiceCollection();
        services.AddLlmRouter().AddOllama("local", o => (o.Model, o.BaseUrl) = ("pine", server.BaseUrl));
        await using var provider = services.BuildServiceProvider();
        var router = provider.GetRequiredService<Router>();
        if (streamed)
            (await router.RouteStreamAsync("hi").ToListAsync()).Should().NotBeEmpty();
        else
            (await router.RouteAsync("hi")).Text.Should().NotBeEmpty();
        proxy.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("http://169.254.169.254", "own")]
    [InlineData("http://169.254.169.254", "handed in")]
    [InlineData("http://2852039166/", "handed in")]
    [InlineData("http://[::ffff:169.254.169.254]/", "own")]
    [InlineData("http://169.254.1.1:1/", "own")]
    [InlineData("http://[fe80::1]:1/", "own")]
    [InlineData("http://[fd00:ec2::254]:1/", "own")]
    [InlineData("http://Metadata.Google.Internal./", "own")]
    [InlineData("http://metadata.google.internal/", "handed in")]
    public async Task A_request_for_a_token_of_the_machine_never_reaches_the_proxy(string address, string client)
    {
        await using var proxy = new ProcessProxy();
        using var mine = client == "own" ? null : new HttpClient();
        var options = new YandexGptOptions
        {
            Model = "m",
            FolderId = "b1g",
            UseMetadata = true,
            MetadataUrl = new Uri(address),
            BaseUrl = new Uri("http://service.example/")
        };
        using var provider = new YandexGptProvider("cloud", options, mine);
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            await provider.ReadAsync(Wire.Ask(streamed: true), cancel.Token);
        }
        catch (Exception error) when (error is LlmException or OperationCanceledException)
        {
            // Whatever is there, or is not.
        }

        proxy.Asked.Should().NotContain(line => line.Contains("computeMetadata"));
    }

    [Theory]
    [BothModes]
    public async Task Everything_else_still_goes_through_the_proxy(bool streamed)
    {
        await using var proxy = new ProcessProxy();
        using var provider = new OpenAiCompatibleProvider("far", new() { BaseUrl = new Uri("http://server.example/v1"), Model = "m" });
        (await provider.FailAsync(Wire.Ask(streamed))).Error.StatusCode.Should().Be(502);
        proxy.Asked.Should().ContainSingle().Which.Should().StartWith("POST http://server.example/v1/chat/completions");
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>")]
    [InlineData("")]
    public async Task The_check_says_that_a_client_of_ones_own_asks_a_proxy_for_loopback(string answer)
    {
        await using var proxy = new ProcessProxy(answer);
        await using var server = new FakeOpenAiServer();
        using var mine = new HttpClient();
        ILlmProvider[] providers =
        [
            new OpenAiCompatibleProvider("local", new() { BaseUrl = server.BaseUrl, Model = "m" }, mine),
            new OllamaProvider("local", new() { BaseUrl = server.Address, Model = "m" }, mine),
            new GigaChatProvider("local", new()
            {
                BaseUrl = server.Address,
                AuthUrl = server.Address,
                Model = "m",
                AuthorizationKey = FakeGigaChatServer.DefaultKey
            }, mine),
            new YandexGptProvider("local", new() { BaseUrl = server.Address, Model = "m", FolderId = "b1g", ApiKey = "AQVNx" }, mine),
        ];
        // All at once: a check of a proxy that says nothing lasts two seconds.
        foreach (var found in await Task.WhenAll(providers.Select(p => ((IProviderDiagnostics)p).DiagnoseAsync())))
        {
            found.IsValid.Should().BeFalse();
            found.Message.Should().Contain(proxy.Address).And.Contain("NO_PROXY");
        }

        foreach (var provider in providers)
            ((IDisposable)provider).Dispose();
    }

    [Fact]
    public async Task A_proxy_that_refuses_the_tunnel_is_named_and_is_not_the_vendor()
    {
        foreach (var status in new[] { 403, 404, 407, 502 })
        {
            await using var proxy = new ProcessProxy($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
            using var provider =
                new OpenAiCompatibleProvider("far", new() { BaseUrl = new Uri("https://server.example/v1"), Model = "m", ApiKey = "k" });
            foreach (var streamed in new[] { true, false })
            {
                var error = (await provider.FailAsync(Wire.Ask(streamed))).Error;
                (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.Unavailable, null), "the vendor has said nothing");
                error.Message.Should().Contain("proxy").And.Contain($"{status}").And.NotContain("certificate");
            }

            var found = await provider.DiagnoseAsync();
            found.Problem.ToString().Should().Be("ProxyRefused");
            found.Message.Should().Contain("proxy").And.Contain($"{status}").And.NotContain("Nothing answers");
        }
    }
}
