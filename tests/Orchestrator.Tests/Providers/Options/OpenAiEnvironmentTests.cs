using Orchestrator.Providers;
using static Orchestrator.Tests.DependencyInjection.Settings;

namespace Orchestrator.Tests.Providers.Options;

public class OpenAiEnvironmentTests
{
    private const string Secret = "sk-s3cr3t";

    [Fact]
    public void With_a_key_alone_it_is_openai_itself()
    {
        var options = OpenAiCompatibleOptions.FromEnvironment("gpt-4o-mini", Variables(("OPENAI_API_KEY", $" {Secret}\n")));

        options.Model.Should().Be("gpt-4o-mini");
        options.BaseUrl.Should().Be(new Uri("https://api.openai.com/v1"));
        options.ApiKey.Should().Be(Secret);
    }

    [Fact]
    public void An_address_brings_its_key_along()
    {
        var options = OpenAiCompatibleOptions.FromEnvironment(
            "m", Variables(("OPENAI_BASE_URL", "https://llm.example/v1/"), ("OPENAI_API_KEY", Secret)));

        options.BaseUrl.Should().Be(new Uri("https://llm.example/v1/"));
        options.ApiKey.Should().Be(Secret);
    }

    [Fact]
    public void A_server_other_than_openai_needs_no_key() =>
        OpenAiCompatibleOptions.FromEnvironment("m", Variables(("OPENAI_BASE_URL", "http://localhost:8000/v1"))).ApiKey.Should().BeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Without_a_key_the_message_says_which_variable_to_set(string? key)
    {
        var act = () => OpenAiCompatibleOptions.FromEnvironment("m", name => name == "OPENAI_API_KEY" ? key : null);

        act.Should().Throw<InvalidOperationException>().WithMessage(
            "The environment variable OPENAI_API_KEY is not set, and api.openai.com answers no request without a key. "
            + "Set it, or set OPENAI_BASE_URL to another server.");
    }

    [Theory]
    [InlineData("localhost:8000/v1", "*OPENAI_BASE_URL must be an absolute http or https address*")]
    [InlineData("https://me:s3cr3t@llm.example/v1", "*OPENAI_BASE_URL holds a user name or password*")]
    [InlineData("https://llm.example/v1?key=s3cr3t", "*OPENAI_BASE_URL has a query or fragment*")]
    public void A_bad_address_is_named_and_not_shown(string address, string message)
    {
        var act = () => OpenAiCompatibleOptions.FromEnvironment("m", Variables(("OPENAI_BASE_URL", address)));

        act.Should().Throw<InvalidOperationException>().WithMessage(message).Which.ToString().Should().NotContain("s3cr3t");
    }

    [Fact]
    public void A_key_that_cannot_be_sent_is_named_and_not_shown()
    {
        var act = () => OpenAiCompatibleOptions.FromEnvironment("m", Variables(("OPENAI_API_KEY", "s3cr3t\ns3cr3t")));

        act.Should().Throw<InvalidOperationException>().WithMessage("The environment variable OPENAI_API_KEY holds a line end*")
            .Which.ToString().Should().NotContain("s3cr3t");
    }

    [Fact]
    public void The_process_is_asked_when_no_other_environment_is_given()
    {
        // Whatever this machine has set, the answer is about these variables.
        var act = () => OpenAiCompatibleOptions.FromEnvironment("m").Model;

        if (Environment.GetEnvironmentVariable("OPENAI_API_KEY") is null && Environment.GetEnvironmentVariable("OPENAI_BASE_URL") is null)
            act.Should().Throw<InvalidOperationException>();
    }
}
