using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers.Http;

namespace Orchestrator.Tests.Providers;

/// <summary>The server of every provider is known by scheme, host and port, and by nothing that could be a secret.</summary>
public class EndpointTests
{
    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    [InlineData("gigachat")]
    [InlineData("yandex")]
    public void A_provider_on_http_gives_its_server_without_a_path(string vendor)
    {
        using var client = new HttpClient();
        Vendors.New(vendor, client, address: new Uri("https://Server.test:8443/a/secret/path")).Info.Endpoint
            .Should().Be(new Uri("https://server.test:8443/"));
        Vendors.New(vendor, client, address: new Uri("http://server.test/v1")).Info.Endpoint.Should().Be(new Uri("http://server.test"));
    }

    [Fact]
    public async Task A_wrapped_client_gives_the_server_of_its_metadata_unless_the_info_has_one()
    {
        var metadata = new ChatClientMetadata("vendor", new Uri("https://user:word@server.test:8443/path?key=1#end"), "m");
        await using var client = new FakeChatClient { Metadata = metadata };
        var server = new Uri("https://server.test:8443");
        await using var plain = new ChatClientProvider("p", client);
        await using var named = new ChatClientProvider("p", client, new ProviderInfo("other", "v", "m"));
        await using var given =
            new ChatClientProvider("p", client, new ProviderInfo("p", "v", "m") { Endpoint = new Uri("http://mine.test/x") });
        (plain.Info.Endpoint, named.Info.Endpoint, named.Info.Name).Should().Be((server, server, "p"));
        plain.Info.Endpoint!.OriginalString.Should().NotContainAny("user", "word", "key", "path");
        given.Info.Endpoint.Should().Be(new Uri("http://mine.test/x"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("relative/path")]
    public async Task A_wrapped_client_without_an_address_has_no_server(string? address)
    {
        var uri = address is null ? null : new Uri(address, UriKind.Relative);
        await using var client = new FakeChatClient { Metadata = new ChatClientMetadata("vendor", uri, "m") };
        await using var provider = new ChatClientProvider("p", client);
        provider.Info.Endpoint.Should().BeNull();
    }
}
