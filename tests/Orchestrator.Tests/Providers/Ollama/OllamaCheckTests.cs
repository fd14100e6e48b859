using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>What the check of the settings finds at Ollama, and the cure it names.</summary>
public class OllamaCheckTests
{
    private const string Tags = "/api/tags";
    private const string Show = "/api/show";
    private const string Key = "ollama-key-0123456789";

    [Theory]
    [InlineData("pine")]
    [InlineData("pine:latest")]
    [InlineData("Pine")]
    public async Task Good_settings_are_valid_and_cost_nothing(string model)
    {
        await using var test = new OllamaCase(o => o.Model = model);
        test.Server.Models = [new("pine"), new("oak:7b")];
        var found = await test.Provider.DiagnoseAsync();
        (found.Problem, found.IsValid, found.Error, test.Server.ChatCount).Should().Be((ProviderProblem.None, true, null, 0));
        test.Server.Requests.Select(r => r.Path).Should().Equal(Tags, Show);
    }

    [Fact]
    public async Task A_key_is_checked_where_the_list_asks_for_it()
    {
        await using var test = new OllamaCase(o => o.ApiKey = Key);
        (await test.Provider.DiagnoseAsync()).Message.Should().Contain("the key could not be checked");
        test.Server.ApiKey = Key;
        var good = await test.Provider.DiagnoseAsync();
        good.IsValid.Should().BeTrue();
        good.Message.Should().NotContain("without a key");
        test.Server.ApiKey = "another";
        var refused = await test.Provider.DiagnoseAsync();
        (refused.Problem, refused.Error!.StatusCode).Should().Be((ProviderProblem.WrongCredentials, 401));
        refused.ToString().Should().Contain("refuses the key").And.NotContain(Key);
        using var none = OllamaCase.NewProvider(test.Server.BaseUrl);
        (await none.DiagnoseAsync()).Message.Should().Contain("none is set");
    }

    [Fact]
    public async Task An_unknown_model_is_reported_with_those_there_are_and_the_command_that_gets_it()
    {
        await using var test = new OllamaCase(o => o.Model = "pine:70b");
        test.Server.Models = [new("oak:7b"), new("pine")];
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.UnknownModel);
        found.Message.Should().Contain("There are: pine:latest, oak:7b").And.Contain("ollama pull pine:70b");
        test.Server.EnqueueFor(Tags, Fault.Body("""{"models":null}"""));
        (await test.Provider.DiagnoseAsync()).Message.Should().Contain("no model at all");
    }

    [Fact]
    public async Task A_model_that_only_embeds_is_no_chat_model()
    {
        await using var test = new OllamaCase();
        test.Server.Models = [new("pine") { Capabilities = ["embedding"] }];
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.UnknownModel);
        found.Message.Should().Contain("no chat model");
    }

    [Fact]
    public async Task A_model_that_is_listed_needs_no_second_word()
    {
        await using var test = new OllamaCase();
        test.Server.Models = [new("pine")];
        test.Server.EnqueueFor(Show, Fault.Status(405), Fault.Status(503));
        (await test.Provider.DiagnoseAsync()).IsValid.Should().BeTrue("a proxy may let only the list through");
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.Other);
    }

    [Theory]
    [InlineData(402, "{\"error\":\"pay\"}", ProviderProblem.Unpaid, "Top it up")]
    [InlineData(403, "{\"error\":\"cloud features are disabled\"}", ProviderProblem.MissingRole, "cloud features are disabled")]
    [InlineData(404, "404 page not found", ProviderProblem.Other, "Cannot tell")]
    [InlineData(429, "{\"error\":\"usage limit\"}", ProviderProblem.RateLimited, "later")]
    [InlineData(500, "{\"error\":\"ollama-key-0123456789 broke\"}", ProviderProblem.Other, "in trouble")]
    [InlineData(200, "<html>router log-in</html>", ProviderProblem.Other, "web page or a proxy")]
    [InlineData(200, "{}", ProviderProblem.Other, "localhost:11434")]
    public async Task Every_answer_has_its_problem_and_its_cure_and_never_shows_the_key(
        int status, string body, ProviderProblem problem, string cure)
    {
        await using var test = new OllamaCase(o => o.ApiKey = Key);
        test.Server.EnqueueFor(Tags, Fault.Status(status, body));
        var found = await test.Provider.DiagnoseAsync();
        (found.Problem, found.IsValid, found.Error!.StatusCode).Should().Be((problem, false, status));
        found.Message.Should().Contain(cure);
        foreach (var said in new[] { found.ToString(), found.Error.ToString() })
            said.Should().NotContain(Key);
    }

    [Theory]
    [InlineData("v1")]
    public async Task An_address_with_a_path_of_another_api_is_reported_with_the_right_one(string path)
    {
        await using var test = new OllamaCase();
        using var provider = OllamaCase.NewProvider(new Uri(test.Server.Address, path));
        var found = await provider.DiagnoseAsync();
        found.Message.Should().Contain($"there is one at {test.Server.Address.GetLeftPart(UriPartial.Authority)}: set BaseUrl");
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_reported_with_the_command_that_starts_it()
    {
        using var port = new ClosedPort();
        using var provider = OllamaCase.NewProvider(port.Address);
        var found = await provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.Unreachable);
        found.Message.Should().Contain("ollama serve").And.Contain("ConnectionRefused");
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_and_a_port_without_tls_are_reported()
    {
        using var certificate = TestAuthority.SelfSigned();
        await using var server = new FakeOllamaServer(new FaultServerOptions { Certificate = certificate });
        using var provider = OllamaCase.NewProvider(server.BaseUrl);
        (await provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.UntrustedCertificate);
        await using var plain = new FakeOllamaServer();
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromMilliseconds(300) })
        {
            Timeout = Timeout.InfiniteTimeSpan
        };
        using var secure =
            new OllamaProvider("local", new() { Model = "pine", BaseUrl = new UriBuilder(plain.BaseUrl) { Scheme = "https" }.Uri }, client);
        (await secure.DiagnoseAsync()).Message.Should().Contain("http is meant");
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_no_problem_of_the_settings()
    {
        await using var test = new OllamaCase();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await test.Provider.Invoking(p => p.DiagnoseAsync(cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }
}
