using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.DependencyInjection;

/// <summary>YandexGPT in the container, from configuration and from the environment.</summary>
public class YandexGptSettingsTests
{
    [Fact]
    public async Task Every_key_of_an_entry_is_used()
    {
        await using var server = new FakeYandexGptServer();
        await using var container = Settings.Container($$"""
            { "Providers": [ { "Name": "a", "Type": "yandexgpt", "Model": "yandexgpt-5-pro", "BaseUrl": "{{server.BaseUrl}}",
              "FolderId": "b1g", "ApiKey": "k1",
              "IamUrl": "{{server.IamUrl}}", "MetadataUrl": "{{server.MetadataUrl}}", "UseMetadata": false, "DataLogging": true,
              "Reasoning": false,
              "Capabilities": "None", "ContextWindow": 8192, "MalformedEvents": "throw" } ] }
            """);
        var router = container.GetRequiredService<Router>();

        await router.RouteAsync("hi");

        router.Providers[0].Should().BeEquivalentTo(new
        {
            Vendor = "yandexgpt",
            Model = "yandexgpt-5-pro",
            ContextWindow = 8192,
            Capabilities = ProviderCapabilities.None,
        });
        server.LastRequest.Header("Authorization").Should().Be("Api-Key k1");
        server.LastRequest.Header("x-data-logging-enabled").Should().BeNull();
        server.LastRequest.Text.Should().Contain("gpt://b1g/yandexgpt-5-pro").And.Contain("DISABLED");
    }

    [Fact]
    public async Task The_ways_to_a_token_are_settings_too()
    {
        await using var server = new FakeYandexGptServer();
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, server.ServiceAccount.KeyJson);
        try
        {
            foreach (var entry in new[] { $"\"ServiceAccountKeyFile\": \"{path}\"", "\"UseMetadata\": true", "\"IamToken\": \"t1.x\"" })
            {
                server.IamToken = "t1.x";
                await using var container = Settings.Container($$"""
                    { "Providers": [ { "Name": "a", "Type": "yandexgpt", "Model": "yandexgpt", "FolderId": "b1g",
                      "BaseUrl": "{{server.BaseUrl}}", "IamUrl": "{{server.IamUrl}}",
                      "MetadataUrl": "{{server.MetadataUrl}}", {{entry}} } ] }
                    """);
                await container.GetRequiredService<Router>().RouteAsync("hi");
                server.LastRequest.Header("Authorization").Should().StartWith("Bearer t1.");
            }

            server.TokenCount.Should().Be(2);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("""{ "FolderId": "b1g", "ApiKey": "s3cr3t" }""",
        "Llm:Providers:0:Model is missing; it must be the model to ask, such as yandexgpt-5-lite.")]
    [InlineData("""{ "Model": "m", "ApiKey": "s3cr3t" }""",
        "Llm:Providers:0:FolderId is missing; it must be the id of the folder, such as b1g…. Set it, or the environment "
        + "variable YC_FOLDER_ID, or give the model as a whole gpt:// URI.")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g" }""",
        "Llm:Providers:0:ApiKey is not set. None of the environment variables YC_API_KEY, YC_IAM_TOKEN, YC_SERVICE_ACCOUNT_KEY_FILE "
        + "and YC_METADATA_ADDR is set. Set YC_API_KEY to an API key of a service account.")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g", "BaseUrl": "https://proxy.example/v1" }""",
        "Llm:Providers:0:ApiKey is missing, and Llm:Providers:0:BaseUrl is not Yandex's own address, so the environment's "
        + "credentials are not sent there. Set ApiKey, IamToken, ServiceAccountKeyFile or UseMetadata.")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g", "ApiKey": "s3cr3t", "UseMetadata": true }""",
        "Llm:Providers:0 sets ApiKey and UseMetadata; keep one of them, as only one can be sent.")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g", "ApiKey": "s3cr3t\ns3cr3t" }""",
        "Llm:Providers:0:ApiKey holds a line end, which cannot go into an HTTP header. It was probably copied with something "
        + "around it; copy it again.")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g", "ApiKey": "k", "IamUrl": "me:s3cr3t@host" }""",
        "Llm:Providers:0:IamUrl must be an absolute http or https address, such as https://iam.api.cloud.yandex.net/iam/v1/tokens.")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g", "ApiKey": "k", "MaxConcurrency": 0 }""",
        "Llm:Providers:0:MaxConcurrency must be a whole number of at least 1, but was \"0\".")]
    [InlineData("""{ "Model": "m", "FolderId": "b1g", "ApiKey": "k", "Folder": "x" }""",
        "Llm:Providers:0:Folder is not a known key. Did you mean FolderId? Known here: Aliases, ApiKey, BaseUrl, Capabilities, "
        + "ContextWindow, DataLogging, FolderId, IamToken, IamUrl, " +
        "MalformedEvents, MaxConcurrency, MetadataUrl, Model, Name, Price, QueueLimit, Reasoning, ServiceAccountKeyFile, "
        + "Timeouts, Type, UseMetadata.")]
    public void A_bad_entry_is_named_with_what_to_set_and_without_its_secrets(string entry, string message)
    {
        var problems = Settings.Problems($$"""{ "Providers": [ { "Name": "a", "Type": "yandexgpt", {{entry.Trim().TrimStart('{')}} ] }""");

        problems.Should().Equal(message);
        problems[0].Should().NotContain("s3cr3t");
    }

    [Fact]
    public void The_environment_fills_in_folder_and_credentials_of_an_entry()
    {
        using var container = Settings.Container(
            """{ "Providers": [ { "Name": "a", "Type": "yandexgpt", "Model": "yandexgpt" } ] }""",
            environment: Settings.Variables(("YC_FOLDER_ID", "b1g"), ("YC_API_KEY", "AQVNx")));

        container.GetRequiredService<Router>().Providers[0].Model.Should().Be("yandexgpt");
    }

    [Fact]
    public async Task Both_ways_of_adding_it_ask_the_server()
    {
        await using var server = new FakeYandexGptServer();
        var services = new ServiceCollection();
        var ready = new YandexGptOptions { Model = "aliceai-llm", FolderId = "b1g", ApiKey = "k", BaseUrl = server.BaseUrl };
        services.AddLlmRouter()
            .AddYandexGpt("a", o => (o.Model, o.FolderId, o.ApiKey, o.BaseUrl) = ("yandexgpt", "b1g", "k", server.BaseUrl))
            .AddYandexGpt("b", ready);
        await using var container = services.BuildServiceProvider();
        var router = container.GetRequiredService<Router>();

        await router.RouteAsync("hi");
        await router.RouteAsync("hi");

        server.Requests.Select(r => r.Json!.Value.GetProperty("modelUri").GetString())
            .Should().BeEquivalentTo("gpt://b1g/yandexgpt", "gpt://b1g/aliceai-llm");
    }

    [Fact]
    public void What_is_missing_is_reported_with_the_call_that_made_it()
    {
        var services = new ServiceCollection();
        services.AddLlmRouter().AddYandexGpt("a", o => o.ApiKey = "s3cr3t").AddYandexGpt("b", o => (o.Model, o.FolderId) = ("m", "b1g"));
        using var container = services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<OptionsValidationException>().Which.Failures.Should().Equal(
            "AddYandexGpt(\"a\"): YandexGptOptions.Model is empty; set it to a model, such as 'yandexgpt-5-lite', or to a "
            + "whole gpt:// URI.",
            "AddYandexGpt(\"b\"): YandexGptOptions has no credentials; set ApiKey, ServiceAccountKeyFile, UseMetadata or IamToken.");
    }

    [Theory]
    [InlineData("YC_API_KEY", "AQVNx")]
    [InlineData("YC_IAM_TOKEN", "t1.x")]
    [InlineData("YC_SERVICE_ACCOUNT_KEY_FILE", "/keys/key.json")]
    [InlineData("YC_METADATA_ADDR", "10.0.0.1")]
    public void Every_credential_of_the_environment_is_taken(string variable, string value)
    {
        var options = YandexGptOptions.FromEnvironment("m", Settings.Variables(("YC_FOLDER_ID", "b1g"), (variable, value)));

        string?[] set = [
            options.ApiKey, options.IamToken, options.ServiceAccountKeyFile, options.UseMetadata ? options.MetadataUrl.Host : null];
        set.Should().ContainSingle(v => v != null).Which.Should().Be(value);
        options.FolderId.Should().Be("b1g");
    }

    [Fact]
    public void A_missing_or_bad_variable_is_named_and_not_shown()
    {
        var none = () => YandexGptOptions.FromEnvironment("m", Settings.Variables(("YC_FOLDER_ID", "b1g")));
        var folder = () => YandexGptOptions.FromEnvironment("m", Settings.Variables(("YC_API_KEY", "s3cr3t")));
        var bad = () => YandexGptOptions.FromEnvironment("m", Settings.Variables(("YC_API_KEY", "s3cr3t\ns3cr3t")));

        none.Should().Throw<InvalidOperationException>().WithMessage("None of the environment variables YC_API_KEY, *");
        folder.Should().Throw<InvalidOperationException>().WithMessage("The environment variable YC_FOLDER_ID is not set.*").Which.Message
            .Should().NotContain("s3cr3t");
        bad.Should().Throw<InvalidOperationException>().WithMessage("The environment variable YC_API_KEY holds a line end*")
            .Which.ToString().Should().NotContain("s3cr3t");
        YandexGptOptions.FromEnvironment("gpt://b1g/m", Settings.Variables(("YC_API_KEY", "AQVNx"))).FolderId.Should().BeNull();
    }
}
