using System.Diagnostics;
using System.Reflection;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Options;

public class SecretsTests
{
    private const string Secret = "s3cr3t";

    public static TheoryData<object> Options => new(
        new OpenAiCompatibleOptions
        {
            Model = "m",
            ApiKey = Secret,
            Headers = { ["X-Api"] = Secret },
            BaseUrl = new Uri($"https://me:{Secret}@host/v1?key={Secret}"),
        },
        new OllamaOptions { Model = "m", ApiKey = Secret, BaseUrl = new Uri($"https://me:{Secret}@host/?key={Secret}") });

    [Theory]
    [MemberData(nameof(Options))]
    public void The_text_of_options_is_address_and_model(object options) =>
        options.ToString().Should().Contain("m").And.Contain("host").And.NotContain(Secret);

    [Theory]
    [MemberData(nameof(Options))]
    public void A_debugger_shows_the_text_and_hides_the_secrets(object options)
    {
        var type = options.GetType();

        type.GetCustomAttribute<DebuggerDisplayAttribute>()!.Value.Should().Be("{ToString(),nq}");
        foreach (var property in type.GetProperties().Where(property => property.Name is "ApiKey" or "Headers"))
            property.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State.Should().Be(DebuggerBrowsableState.Never);
    }

    [Theory]
    [InlineData("s3cr3t\n")]
    [InlineData("s3cr3t ")]
    [InlineData("s3cr3tё")]
    [InlineData("s3cr3t\0")]
    public void A_key_that_cannot_be_sent_is_not_shown(string key)
    {
        var openAi = () => new OpenAiCompatibleProvider("a", new OpenAiCompatibleOptions { Model = "m", ApiKey = key });
        var ollama = () => new OllamaProvider("a", new OllamaOptions { Model = "m", ApiKey = key });

        openAi.Should().Throw<ArgumentException>().WithMessage("ApiKey *").Which.ToString().Should().NotContain(Secret);
        ollama.Should().Throw<ArgumentException>().WithMessage("ApiKey *").Which.ToString().Should().NotContain(Secret);
    }

    [Theory]
    [InlineData("Content-Type", "s3cr3t", "Headers:Content-Type cannot be sent*")]
    [InlineData("Authorization", "Bearer s3cr3t", "Headers:Authorization and ApiKey both set*")]
    [InlineData("X-Api", "s3cr3t\r\nX: y", "Headers:X-Api holds a line end*")]
    [InlineData("X Api", "s3cr3t", "Headers (one of its entries) has a header name*")]
    public void A_header_that_cannot_be_sent_is_refused_at_once_and_not_shown(string name, string value, string message)
    {
        var act = () =>
            new OpenAiCompatibleProvider("a", new OpenAiCompatibleOptions { Model = "m", ApiKey = Secret, Headers = { [name] = value } });

        act.Should().Throw<ArgumentException>().WithMessage(message).Which.ToString().Should().NotContain(Secret);
    }
}
