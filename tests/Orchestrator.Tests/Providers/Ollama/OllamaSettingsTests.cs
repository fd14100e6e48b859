using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>Settings and what they must not be, what the provider says of itself, and what the server says of a model.</summary>
public class OllamaSettingsTests
{
    [Fact]
    public void A_local_model_may_take_its_time()
    {
        using var provider = OllamaCase.NewProvider(new Uri("http://localhost:11434"), o => o.ContextLength = 4096);
        var info = provider.Info;
        (info.Name, info.Vendor, info.Model, info.PrefersStreaming, info.ContextWindow)
            .Should().Be(("local", "ollama", "pine", true, 4096));
        (info.Timeouts!.FirstToken, info.Timeouts.Attempt, info.Timeouts.Call)
            .Should().Be((TimeSpan.FromSeconds(300), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15)));
        info.Capabilities.Should().Be(ProviderCapabilities.All);
    }

    [Theory]
    [InlineData("abc\r\ndef", "a line end")]
    [InlineData("abcdef\n", "a line end")]
    [InlineData("abc\0def", "a NUL character")]
    [InlineData("abc\u001bdef", "a control character")]
    [InlineData("abcёdef", "a character outside ASCII")]
    [InlineData("abc\u00a0def", "a character outside ASCII")]
    [InlineData("abc\ufeffdef", "a character outside ASCII")]
    [InlineData(" abcdef", "white space")]
    public void A_key_that_cannot_be_sent_is_refused_by_name_and_not_shown(string key, string what)
    {
        var error = FluentActions.Invoking(() => OllamaCase.NewProvider(new Uri("http://localhost"), o => o.ApiKey = key))
            .Should().Throw<ArgumentException>().Which;
        error.ParamName.Should().Be("ApiKey");
        error.Message.Should().Contain("ApiKey").And.Contain(what);
        error.ToString().Should().NotContain("abc").And.NotContain("def\r");
    }

    [Theory]
    [InlineData("ftp://localhost", "BaseUrl")]
    [InlineData("http://me:secret@localhost", "BaseUrl")]
    [InlineData("http://localhost?x=1", "BaseUrl")]
    [InlineData("http://localhost#x", "BaseUrl")]
    public void An_address_that_is_none_is_refused(string address, string name)
    {
        var error = FluentActions.Invoking(() => OllamaCase.NewProvider(new Uri(address))).Should().Throw<ArgumentException>().Which;
        error.Message.Should().Contain(name).And.NotContain("secret");
    }

    [Fact]
    public void Missing_settings_are_named()
    {
        var address = new Uri("http://localhost");
        FluentActions.Invoking(() => OllamaCase.NewProvider(address, o => o.Model = " "))
            .Should().Throw<ArgumentException>().WithMessage("*Model*");
        FluentActions.Invoking(() => OllamaCase.NewProvider(null!)).Should().Throw<ArgumentException>().WithMessage("*BaseUrl*");
        FluentActions.Invoking(() => OllamaCase.NewProvider(address, o => o.ContextLength = 0))
            .Should().Throw<ArgumentException>().WithMessage("*ContextLength*");
        FluentActions.Invoking(() => OllamaCase.NewProvider(address, o => o.ModelOptions["x"] = double.NaN))
            .Should().Throw<ArgumentException>().WithMessage("*ModelOptions*");
        FluentActions.Invoking(() => new OllamaProvider("a", null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new OllamaProvider(" ", new() { Model = "m" })).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void The_key_is_in_no_text()
    {
        var options = new OllamaOptions { Model = "pine", ApiKey = "sk-very-secret" };
        using var provider = new OllamaProvider("local", options);
        $"{options} {provider} {provider.Info}".Should().Contain("pine").And.NotContain("secret");
    }

    [Fact]
    public async Task A_wrong_key_is_an_authentication_error_without_it()
    {
        await using var test = new OllamaCase(o => o.ApiKey = "sk-very-secret");
        test.Server.ApiKey = "another";
        var (_, error) = await test.FailAsync(streamed: true);
        error.Kind.Should().Be(LlmErrorKind.Authentication);
        error.ToString().Should().NotContain("secret");
        test.Server.ApiKey = "sk-very-secret";
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Options_are_copied()
    {
        await using var server = new FakeOllamaServer();
        var options = new OllamaOptions { Model = "pine", BaseUrl = server.BaseUrl };
        using var provider = new OllamaProvider("local", options);
        options.Model = "oak";
        options.ModelOptions["min_p"] = 1;
        await provider.ReadAsync(OllamaCase.Request(streamed: true));
        server.LastRequest.Json!.Value.GetProperty("model").GetString().Should().Be("pine");
        server.LastRequest.Text.Should().NotContain("min_p");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/behind/a/proxy")]
    [InlineData("/behind/a/proxy/")]
    public async Task Paths_are_appended_to_the_base_address(string path)
    {
        await using var server = new FakeOllamaServer();
        using var provider = OllamaCase.NewProvider(new Uri(server.Address.AbsoluteUri.TrimEnd('/') + path));
        if (path.Length > 1)
            await provider.FailAsync(OllamaCase.Request(streamed: true));
        else
            await provider.ReadAsync(OllamaCase.Request(streamed: true));
        server.LastRequest.Path.Should().Be(path.TrimEnd('/') + "/api/chat");
    }

    [Fact]
    public async Task The_server_tells_window_and_capabilities_of_the_model()
    {
        await using var test = new OllamaCase();
        test.Server.Models = [new FakeOllamaModel("pine")
        {
            ContextLength = 40960,
            Family = "conifer3",
            Capabilities = ["completion", "vision", "thinking", "tools"]
        }, new FakeOllamaModel("oak")];
        (await test.Provider.DescribeAsync()).Should().Be(new OllamaModel(40960, ProviderCapabilities.All));
        (test.Server.LastRequest.ToString(), test.Server.LastRequest.Text).Should().Be(("POST /api/show", """{"model":"pine"}"""));
        using var oak = OllamaCase.NewProvider(test.Server.BaseUrl, o => o.Model = "oak");
        (await oak.DescribeAsync()).Capabilities.Should().Be(ProviderCapabilities.Tools | ProviderCapabilities.StructuredOutput);
        using var gone = OllamaCase.NewProvider(test.Server.BaseUrl, o => o.Model = "ash");
        (await FluentActions.Awaiting(() => gone.DescribeAsync()).Should().ThrowAsync<LlmException>()).Which.Kind
            .Should().Be(LlmErrorKind.ModelNotFound);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("{\"model_info\":null,\"capabilities\":null}", null)]
    [InlineData("{\"model_info\":{\"a.context_length\":\"2048\",\"b\":[1]},\"capabilities\":[null,1,\"tools\",{}]}", 2048)]
    [InlineData("{\"model_info\":[],\"capabilities\":{}}", null)]
    public async Task Odd_descriptions_are_read(string body, int? context)
    {
        await using var test = new OllamaCase();
        test.Server.EnqueueFor("/api/show", Fault.Body(body));
        (await test.Provider.DescribeAsync()).ContextLength.Should().Be(context);
    }

    [Theory]
    [InlineData("{\"model_info\":{")]
    [InlineData("{\"model_info\":{}} x")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"model_info\":{\"\\ud83c\":1}}")]
    [InlineData("{\"error\":\"cannot read the model\"}")]
    public async Task Broken_descriptions_are_typed_errors(string body)
    {
        await using var test = new OllamaCase();
        test.Server.EnqueueFor("/api/show", Fault.Body(body));
        (await FluentActions.Awaiting(() => test.Provider.DescribeAsync()).Should().ThrowAsync<LlmException>()).Which.Kind
            .Should().BeOneOf(LlmErrorKind.MalformedResponse, LlmErrorKind.ServerError);
    }
}
