using Orchestrator.Providers;
using static Orchestrator.Tests.DependencyInjection.Settings;

namespace Orchestrator.Tests.Providers.Options;

public class OllamaEnvironmentTests
{
    [Theory]
    [InlineData(null, "http://localhost:11434/")]
    [InlineData(" ", "http://localhost:11434/")]
    [InlineData("gpu", "http://gpu:11434/")]
    [InlineData("gpu/", "http://gpu:11434/")]
    [InlineData("gpu:8080", "http://gpu:8080/")]
    [InlineData("gpu:80", "http://gpu:80/")]
    [InlineData(":8080", "http://localhost:8080/")]
    [InlineData("http://gpu:11434", "http://gpu:11434/")]
    [InlineData("http://gpu", "http://gpu:80/")]
    [InlineData("https://gpu/ollama", "https://gpu/ollama")]
    [InlineData("0.0.0.0", "http://localhost:11434/")]
    [InlineData("0.0.0.0:8080", "http://localhost:8080/")]
    [InlineData("http://0.0.0.0:11434", "http://localhost:11434/")]
    [InlineData("[::]:8080", "http://localhost:8080/")]
    [InlineData("::1", "http://[::1]:11434/")]
    [InlineData("[::1]:8080", "http://[::1]:8080/")]
    [InlineData("'192.168.1.5'", "http://192.168.1.5:11434/")]
    [InlineData("ollama.com/", "https://ollama.com/")]
    public void Every_form_of_the_host_is_read_as_ollama_does(string? host, string address) => OllamaOptions
        .FromEnvironment("m", name => name == "OLLAMA_HOST" ? host : name == "OLLAMA_API_KEY" ? "k" : null)
        .BaseUrl.Should().Be(new Uri(address));

    [Theory]
    [InlineData("gpu:99999")]
    [InlineData("ftp://gpu")]
    [InlineData("http://")]
    [InlineData("my gpu")]
    public void A_bad_host_is_named_with_what_to_write(string host)
    {
        var act = () => OllamaOptions.FromEnvironment("m", Variables(("OLLAMA_HOST", host)));

        act.Should().Throw<InvalidOperationException>().WithMessage(
            "The environment variable OLLAMA_HOST must be an absolute http or https address, such as localhost:11434 or "
            + "http://localhost:11434.");
    }

    [Fact]
    public void A_key_is_sent_where_the_environment_points() =>
        OllamaOptions.FromEnvironment("m", Variables(("OLLAMA_HOST", "https://ollama.com"), ("OLLAMA_API_KEY", "k"))).ApiKey
            .Should().Be("k");

    [Fact]
    public void The_cloud_without_a_key_is_refused()
    {
        var act = () => OllamaOptions.FromEnvironment("m", Variables(("OLLAMA_HOST", "https://ollama.com")));

        act.Should().Throw<InvalidOperationException>().WithMessage(
            "The environment variable OLLAMA_API_KEY is not set, and ollama.com answers no request without a key. Set it.");
    }
}
