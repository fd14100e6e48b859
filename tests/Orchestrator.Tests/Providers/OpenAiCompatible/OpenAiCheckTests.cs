using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>What the check of the settings finds at OpenAI-compatible servers, and the cure it names.</summary>
public class OpenAiCheckTests
{
    private const string Key = "sk-fake-0123456789";
    private const string Models = "/v1/models";

    [Fact]
    public async Task Good_settings_are_valid_and_cost_nothing()
    {
        await using var wire = new Wire();
        (wire.Server.ApiKey, wire.Server.Models) = (Key, ["gpt-4o", "gpt-4o-mini"]);
        var found = await wire.Provider.DiagnoseAsync();
        (found.Problem, found.IsValid, found.Error, wire.Server.ChatCount).Should().Be((ProviderProblem.None, true, null, 0));
        found.Message.Should().Contain("has gpt-4o-mini").And.NotContain("without a key");
        wire.Server.Requests.Should().OnlyContain(r => r.ToString() == "GET /v1/models");
    }

    [Fact]
    public async Task A_list_that_needs_no_key_proves_no_key_and_the_message_says_so()
    {
        await using var wire = new Wire();
        var found = await wire.Provider.DiagnoseAsync();
        found.IsValid.Should().BeTrue();
        found.Message.Should().Contain("without a key, so the key could not be checked");
        await using var without = new Wire(o => o.ApiKey = null);
        (await without.Provider.DiagnoseAsync()).Message.Should().NotContain("key");
        without.Server.Requests.Should().ContainSingle();
    }

    public static TheoryData<int, string, ProviderProblem, string> Answers => new()
    {
        { 401, """{"error":{"message":"Incorrect API key provided: """
            + """sk-fake-0123456789.","type":"invalid_request_error","code":"invalid_api_key"}}""", ProviderProblem.WrongCredentials,
            "refuses the key" },
        { 403, """{"error":{"message":"Country not supported","code":"unsupported_country_region_territory"}}""",
            ProviderProblem.MissingRole, "serves your country" },
        { 402, """{"error":{"message":"Insufficient Balance for sk-fake-0123456789"}}""", ProviderProblem.Unpaid, "Top it up" },
        { 429, """{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}""", ProviderProblem.Unpaid,
            "waiting does not help" },
        { 429, """{"error":{"message":"slow down","code":"rate_limit_exceeded"}}""", ProviderProblem.RateLimited, "later" },
        { 405, "", ProviderProblem.Other, "Cannot tell" },
        { 404, """{"detail":"Not Found"}""", ProviderProblem.Other, "ends with /v1" },
        { 200, "<html>Welcome</html>", ProviderProblem.Other, "web page or a proxy" },
        { 200, """{"status":"ok"}""", ProviderProblem.Other, "no such API" },
        { 200, "", ProviderProblem.Other, "no such API" },
        { 500, "sk-fake-0123456789 broke", ProviderProblem.Other, "in trouble" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_answer_has_its_problem_and_its_cure_and_never_shows_the_key(
        int status, string body, ProviderProblem problem, string cure)
    {
        await using var wire = new Wire();
        wire.Server.EnqueueFor(Models, Fault.Status(status, body));
        var found = await wire.Provider.DiagnoseAsync();
        (found.Problem, found.IsValid, found.Error!.StatusCode).Should().Be((problem, false, status));
        found.Message.Should().Contain(cure);
        foreach (var said in new[] { found.ToString(), found.Error.ToString() })
            said.Should().NotContain(Key);
    }

    [Fact]
    public async Task A_missing_key_is_distinguished_from_a_refused_one()
    {
        await using var wire = new Wire(o => o.ApiKey = null);
        wire.Server.ApiKey = Key;
        var found = await wire.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.WrongCredentials);
        found.Message.Should().Contain("none is set");
    }

    [Fact]
    public async Task An_unknown_model_is_reported_with_the_likest_of_those_there_are()
    {
        await using var wire = new Wire(o => o.Model = "gpt-4o-miny");
        wire.Server.Models = [.. Enumerable.Range(1, 20).Select(i => $"other-{i}"), "gpt-4o", "gpt-4o-mini"];
        var found = await wire.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.UnknownModel);
        found.Message.Should().Contain("There are: gpt-4o-mini, gpt-4o").And.Contain("and 14 more");
    }

    [Theory]
    [InlineData("qwen/qwen3:free", """{"data":[{"id":"qwen/qwen3"}]}""", true)]
    [InlineData("llama3.2", """{"data":[{"id":"llama3.2:latest"}]}""", true)]
    [InlineData("llama3.2:70b", """{"data":[{"id":"llama3.2:latest"}]}""", false)]
    [InlineData("anything",
        """{"models":[{"name":"tiny.gguf"}],"object":"list","data":[{"id":"tiny.gguf","owned_by":"llamacpp"}]}""", true)]
    [InlineData("anything", """[{"id":"tiny","owned_by":"llamacpp"},{"id":"large","owned_by":"llamacpp"}]""", false)]
    [InlineData("tiny", """[{"id":"tiny"},7,null]""", true)]
    [InlineData("tiny", """{"object":"list","data":null}""", false)]
    public async Task Lists_of_all_servers_are_read(string model, string list, bool isThere)
    {
        await using var wire = new Wire(o => o.Model = model);
        wire.Server.EnqueueFor(Models, Fault.Body(list));
        var found = await wire.Provider.DiagnoseAsync();
        found.Problem.Should().Be(isThere ? ProviderProblem.None : ProviderProblem.UnknownModel, found.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1/chat/completions")]
    [InlineData("somewhere")]
    public async Task A_wrong_base_address_is_reported_with_the_right_one_where_it_can_be_found(string path)
    {
        await using var server = new FakeOpenAiServer();
        using var provider =
            new OpenAiCompatibleProvider("wired", new() { BaseUrl = new Uri(server.Address, path), Model = "gpt-4o-mini", ApiKey = Key });
        var found = await provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.Other);
        found.Message.Should().Contain($"there is one at {server.BaseUrl}: set BaseUrl");
        server.ChatCount.Should().Be(0);
    }

    [Fact]
    public async Task A_refused_connection_is_unreachable_and_a_name_that_does_not_resolve_too()
    {
        using var port = new ClosedPort();
        foreach (var address in new[] { port.Address, new Uri("http://no-such-host.invalid/v1") })
        {
            using var provider = new OpenAiCompatibleProvider("wired", new() { BaseUrl = address, Model = "m", ApiKey = Key });
            var found = await provider.DiagnoseAsync();
            found.Problem.Should().Be(ProviderProblem.Unreachable);
            found.Message.Should().Contain(address.Host).And.Contain("whether the server runs");
        }
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_reported()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var wire = new Wire(server: new FaultServerOptions { Certificate = certificate });
        var found = await wire.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.UntrustedCertificate);
        found.Message.Should().Contain("trust store");
    }

    [Fact]
    public async Task A_check_of_a_server_that_does_not_answer_times_out_after_fifteen_seconds()
    {
        var time = new FakeTimeProvider();
        await using var wire = new Wire(time: time);
        wire.Server.EnqueueFor(Models, Fault.Hang());
        var checking = wire.Provider.DiagnoseAsync();
        await WhenAskedAsync(wire.Server);
        time.Advance(TimeSpan.FromSeconds(14.9));
        checking.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(0.2));
        var found = await checking.WaitAsync(TimeSpan.FromSeconds(10));
        found.Problem.Should().Be(ProviderProblem.Unreachable);
        found.Message.Should().Contain("within 15 s");
    }

    [Fact]
    public async Task Cancelling_the_check_is_a_cancellation()
    {
        await using var wire = new Wire();
        wire.Server.EnqueueFor(Models, Fault.Hang());
        using var cancel = new CancellationTokenSource();
        var checking = wire.Provider.DiagnoseAsync(cancel.Token);
        await WhenAskedAsync(wire.Server);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => checking).Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task WhenAskedAsync(FakeOpenAiServer server)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (server.Requests.Count == 0)
            await Task.Delay(5, limit.Token);
    }
}
