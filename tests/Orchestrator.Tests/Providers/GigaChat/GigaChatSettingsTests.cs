using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Providers;
using Orchestrator.Testing;
using static Orchestrator.Tests.DependencyInjection.Settings;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Settings by hand, from the environment, from configuration and by the builder.</summary>
public sealed class GigaChatSettingsTests
{
    private const string Secret = "s3cr3t-s3cr3t";

    [Theory]
    [InlineData(GigaChatScope.Pers, 1)]
    [InlineData(GigaChatScope.B2B, 10)]
    [InlineData(GigaChatScope.Corp, 10)]
    public void What_the_vendor_allows_is_known_of_the_scope(GigaChatScope scope, int concurrency)
    {
        using var provider =
            new GigaChatProvider("g", new GigaChatOptions { Model = "GigaChat-2", AuthorizationKey = Secret, Scope = scope });
        (provider.Info.Name, provider.Info.Vendor, provider.Info.Model, provider.Info.PrefersStreaming)
            .Should().Be(("g", "gigachat", "GigaChat-2", true));
        provider.Info.MaxConcurrency.Should().Be(concurrency);
    }

    [Theory]
    [InlineData("GigaChat-2", 131_072)]
    [InlineData("GigaChat-2-Pro-preview", 131_072)]
    [InlineData("GigaChat-2-Max:2.0.30.01", 131_072)]
    [InlineData("GigaChat-Plus", null)]
    [InlineData("GigaChat-3-Ultra", null)]
    public void The_window_is_known_of_the_models_that_the_vendor_tells_it_of(string model, int? window)
    {
        using var provider = new GigaChatProvider("g", new GigaChatOptions { Model = model, AuthorizationKey = Secret });
        provider.Info.ContextWindow.Should().Be(window);
    }

    [Fact]
    public void What_is_missing_or_cannot_be_is_named_and_not_shown()
    {
        foreach (var (change, told) in new (Action<GigaChatOptions>, string)[]
        {
            (o => o.Model = " ", "Model"),
            (o => o.AuthorizationKey = null, "no credentials"),
            (o => o.AuthorizationKey = $"{Secret}\n", "AuthorizationKey holds a line end"),
            (o => o.AccessToken = $"{Secret}ё", "AccessToken holds a character outside ASCII"),
            (o => (o.AuthorizationKey, o.User, o.Password) = (null, "a:b", Secret), "User holds a colon"),
            (o => o.BaseUrl = new Uri($"https://me:{Secret}@host/v1"), "BaseUrl"),
            (o => o.AuthUrl = new Uri("ftp://host"), "AuthUrl"),
            (o => o.Scope = (GigaChatScope)9, "Scope"),
            (o => o.RepetitionPenalty = 0, "RepetitionPenalty"),
            (o => o.UpdateInterval = TimeSpan.FromSeconds(-1), "UpdateInterval"),
            (o => o.ContextWindow = 0, "ContextWindow"),
            (o => o.MaxConcurrency = 0, "MaxConcurrency"),
            (o => o.Headers["Authorization"] = Secret, "Headers:Authorization"),
            (o => o.SessionId = "a\r\nb", "SessionId"),
        })
        {
            var options = new GigaChatOptions { Model = "GigaChat-2", AuthorizationKey = Secret };
            change(options);
            var error = FluentActions.Invoking(() => new GigaChatProvider("g", options)).Should().Throw<ArgumentException>().Which;
            error.Message.Should().Contain(told);
            error.ToString().Should().NotContain(Secret);
        }
    }

    [Fact]
    public void The_environment_is_read_by_the_names_of_the_vendors_clients()
    {
        var options = GigaChatOptions.FromEnvironment(null, Variables(
            ("GIGACHAT_CREDENTIALS", Secret), ("GIGACHAT_SCOPE", "gigachat_api_corp"), ("GIGACHAT_MODEL", "GigaChat-2-Pro"),
            ("GIGACHAT_BASE_URL", "https://a.example/v1"),
            ("GIGACHAT_AUTH_URL", "https://b.example/oauth"), ("GIGACHAT_CA_BUNDLE_FILE", "root.pem"), ("GIGACHAT_ACCESS_TOKEN", "t"),
            ("GIGACHAT_USER", "u"),
            ("GIGACHAT_PASSWORD", "p"), ("GIGACHAT_CERT_FILE", "c.pem"), ("GIGACHAT_KEY_FILE", "k.pem"),
            ("GIGACHAT_KEY_FILE_PASSWORD", "kp")));
        (options.AuthorizationKey, options.Scope, options.Model, options.BaseUrl.Host, options.AuthUrl.Host).Should()
            .Be((Secret, GigaChatScope.Corp, "GigaChat-2-Pro", "a.example", "b.example"));
        (options.TrustedRootsFile, options.AccessToken, options.User, options.Password).Should().Be(("root.pem", "t", "u", "p"));
        (options.ClientCertificateFile, options.ClientKeyFile, options.ClientKeyPassword).Should().Be(("c.pem", "k.pem", "kp"));

        var least = GigaChatOptions.FromEnvironment("GigaChat-2", Variables(("GIGACHAT_CREDENTIALS", Secret)));
        (least.BaseUrl, least.AuthUrl, least.Scope, least.Model).Should()
            .Be((new Uri("https://api.giga.chat/v1"), new Uri("https://ngw.devices.sberbank.ru:9443/api/v2/oauth"),
                GigaChatScope.Pers, "GigaChat-2"));
    }

    [Theory]
    [InlineData("GIGACHAT_MODEL", "x", "GIGACHAT_CREDENTIALS is not set")]
    [InlineData("GIGACHAT_CREDENTIALS", "x", "GIGACHAT_MODEL is not set")]
    [InlineData("GIGACHAT_SCOPE", "ALL", "GIGACHAT_SCOPE must be", "GIGACHAT_MODEL")]
    [InlineData("GIGACHAT_BASE_URL", "https://me:s3cr3t-s3cr3t@host", "GIGACHAT_BASE_URL holds a user", "GIGACHAT_MODEL")]
    [InlineData("GIGACHAT_CREDENTIALS", "s3cr3t-s3cr3t\nx", "GIGACHAT_CREDENTIALS holds a line end", "GIGACHAT_MODEL")]
    public void A_variable_that_cannot_be_used_is_named_and_not_shown(string variable, string value, string told, string? other = null)
    {
        var error = FluentActions.Invoking(
            () => GigaChatOptions.FromEnvironment(null, Variables((variable, value), (other ?? "none", "m"))))
            .Should().Throw<InvalidOperationException>().Which;
        error.Message.Should().Contain(told);
        error.ToString().Should().NotContain(Secret);
    }

    [Fact]
    public async Task Every_key_of_an_entry_is_used()
    {
        await using var server = new FakeGigaChatServer { Scope = "GIGACHAT_API_B2B" };
        await using var container = Container($$"""
            { "Providers": [ { "Name": "a", "Type": "GigaChat", "Model": "GigaChat-2-Pro", "BaseUrl": "{{server.BaseUrl}}",
              "AuthUrl": "{{server.AuthUrl}}",
              "AuthorizationKey": "{{FakeGigaChatServer.DefaultKey}}", "Scope": "GIGACHAT_API_B2B", "SessionId": "s-1",
              "RepetitionPenalty": 1.1,
              "UpdateInterval": "00:00:01", "ProfanityCheck": false, "ContextWindow": 8192, "Headers": { "X-Client-ID": "c-1" },
              "Capabilities": "Tools", "MalformedEvents": "throw" } ] }
            """);
        var router = container.GetRequiredService<Router>();
        await router.RouteAsync("hi");
        router.Providers.Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            Vendor = "gigachat",
            Model = "GigaChat-2-Pro",
            ContextWindow = 8192,
            Capabilities = ProviderCapabilities.Tools,
        });
        (server.LastRequest.Header("X-Session-ID"), server.LastRequest.Header("X-Client-ID")).Should().Be(("s-1", "c-1"));
        server.LastRequest.Text
            .Should().Contain("\"repetition_penalty\":1.1").And.Contain("\"update_interval\":1").And.Contain("\"profanity_check\":false");
    }

    [Fact]
    public async Task The_environment_fills_in_what_an_entry_leaves_out_but_not_for_another_server()
    {
        await using var server = new FakeGigaChatServer();
        var environment = Variables(("GIGACHAT_CREDENTIALS", FakeGigaChatServer.DefaultKey), ("GIGACHAT_MODEL", "GigaChat-2"),
            ("GIGACHAT_BASE_URL", $"{server.BaseUrl}"), ("GIGACHAT_AUTH_URL", $"{server.AuthUrl}"));
        await using var container = Container("""{ "Providers": [ { "Name": "a", "Type": "gigachat" } ] }""", environment: environment);
        await container.GetRequiredService<Router>().RouteAsync("hi");
        server.ChatCount.Should().Be(1);

        Problems("""{ "Providers": [ { "Name": "a", "Type": "gigachat", "AuthUrl": "https://elsewhere.example/oauth" } ] }""", environment)
            .Should().ContainSingle().Which.Should().Contain("Llm:Providers:0:AuthorizationKey is missing");
    }

    [Fact]
    public void Every_problem_of_an_entry_is_reported_at_once_without_its_secrets()
    {
        var problems = Problems($$"""
            { "Providers": [ { "Name": "a", "Type": "gigachat", "Scope": "ALL", "BaseUrl": "ftp://x",
              "AuthorizationKey": "{{Secret}}\n{{Secret}}", "RepetitionPenalty": "0", "Temperature": 1 } ] }
            """);
        problems.Should().HaveCount(6);
        string.Join('\n', problems).Should().Contain("Model is missing").And.Contain("GIGACHAT_API_CORP").And.Contain("BaseUrl must be")
            .And.Contain("line end")
            .And.Contain("RepetitionPenalty must be").And.Contain("has a key of 11 characters that is not known").And.NotContain(Secret);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Roots_of_the_settings_reach_the_named_client(bool configured)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var server = new FakeGigaChatServer(new FaultServerOptions { Certificate = certificate });
        var folder = Directory.CreateTempSubdirectory("giga");
        var file = Path.Combine(folder.FullName, "root.pem");
        await File.WriteAllTextAsync(file, authority.RootPem);
        var services = new ServiceCollection();
        if (configured)
        {
            services.AddLlmRouter(Section(
                $$"""{ "Providers": [ { "Name": "a", "Type": "gigachat", "Model": "GigaChat-2", "BaseUrl": "{{server.BaseUrl}}","""
                + $$""" "AuthUrl": "{{server.AuthUrl}}", "AuthorizationKey": "{{FakeGigaChatServer.DefaultKey}}","""
                + $$""" "TrustedRootsFile": "{{file.Replace("\\", "/", StringComparison.Ordinal)}}" } ] }"""));
        }
        else
        {
            services.AddLlmRouter().AddGigaChat("a", o =>
                (o.Model, o.BaseUrl, o.AuthUrl, o.AuthorizationKey, o.TrustedRoots) =
                    ("GigaChat-2", server.BaseUrl, server.AuthUrl, FakeGigaChatServer.DefaultKey, [authority.Root]));
        }

        await using (var container = services.BuildServiceProvider())
            (await container.GetRequiredService<Router>().RouteAsync("hi")).Text.Should().NotBeEmpty();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void What_is_missing_is_reported_with_the_call_that_added_it()
    {
        var services = new ServiceCollection();
        services.AddLlmRouter().AddGigaChat("a", o => o.Model = "GigaChat-2")
            .AddGigaChat("b", new GigaChatOptions { Model = "m", AuthorizationKey = "k", TrustedRootsFile = "missing.pem" });
        using var container = services.BuildServiceProvider();
        var failures = FluentActions.Invoking(() => container.GetRequiredService<Router>())
            .Should().Throw<OptionsValidationException>().Which.Failures.ToList();
        failures.Should().HaveCount(2);
        failures[1].Should().StartWith("AddGigaChat(\"b\"): TrustedRootsFile");
    }
}
