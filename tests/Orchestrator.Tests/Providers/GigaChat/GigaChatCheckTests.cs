using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>The check of the settings, and what else can be asked for nothing.</summary>
public sealed class GigaChatCheckTests
{
    [Fact]
    public async Task Good_settings_are_said_to_be_good()
    {
        await using var test = new GigaChatCase();
        var found = await test.Provider.DiagnoseAsync();
        (found.Problem, found.IsValid, found.Error).Should().Be((ProviderProblem.None, true, null));
        test.Server.ChatCount.Should().Be(0, "it costs nothing");
    }

    [Theory]
    [InlineData("GIGACHAT_API_B2B", "GigaChatScope.B2B")]
    [InlineData("GIGACHAT_API_CORP", "GigaChatScope.Corp")]
    public async Task A_wrong_scope_is_reported_with_the_one_that_fits(string right, string told)
    {
        await using var test = new GigaChatCase();
        test.Server.Scope = right;
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.WrongScope);
        found.Message.Should().Contain(told);
        found.Error!.ProviderCode.Should().Be("7");
    }

    [Theory]
    [InlineData("fake-id:fake-s3cr3t", "encode")]
    [InlineData("6f0b1291-c7f3-43c6-bb2e-9f3efb2dc98e", "UUID")]
    [InlineData("ZmFrZS1pZDpmYWtlLXNl#", "cut")]
    [InlineData("bm8tY29sb24=", "cut")]
    public async Task A_malformed_key_is_reported_by_its_looks_without_asking(string key, string told)
    {
        await using var test = new GigaChatCase(o => o.AuthorizationKey = key);
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.MalformedCredentials);
        found.Message.Should().Contain(told).And.NotContain(key);
        test.Server.ConnectionCount.Should().Be(0);
    }

    [Fact]
    public async Task Wrong_and_expired_credentials_are_distinguished()
    {
        await using var wrong = new GigaChatCase(o => o.AuthorizationKey = Convert.ToBase64String("fake-id:other-secret"u8));
        (await wrong.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.WrongCredentials);
        await using var ready = new GigaChatCase(o => (o.AuthorizationKey, o.AccessToken) = (null, "ready-token"));
        (await ready.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.WrongCredentials);
        ready.Server.AcceptToken("ready-token");
        (await ready.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.None);
        ready.Server.ExpireTokens();
        var found = await ready.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.ExpiredCredentials);
        found.ToString().Should().Contain("30 minutes").And.NotContain("ready-token");
        await using var user = new GigaChatCase(o => (o.AuthorizationKey, o.User, o.Password) = (null, "anna", "wrong"));
        (await user.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.WrongCredentials);
    }

    [Fact]
    public async Task An_unknown_model_is_reported_with_those_there_are()
    {
        await using var test = new GigaChatCase(o => o.Model = "GigaChat-9");
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.UnknownModel);
        found.Message.Should().Contain("GigaChat-2-Pro").And.NotContain("Embeddings");
        await using var embedder = new GigaChatCase(o => o.Model = "Embeddings");
        (await embedder.Provider.DiagnoseAsync()).Message.Should().Contain("embedder");
        await using var versioned = new GigaChatCase(o => o.Model = "GigaChat-2:2.0.28.2");
        (await versioned.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.None);
    }

    [Fact]
    public async Task A_used_up_package_is_reported()
    {
        await using var test = new GigaChatCase();
        test.Server.Balance = [new("GigaChat-2", 0), new("GigaChat-2-Pro", 100)];
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.Unpaid);
        test.Server.Balance = [new("GigaChat", 0)];
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.Unpaid, "it is the same package by its older name");
        test.Server.Balance = [new("GigaChat-2", 1)];
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.None);
        test.Server.EnqueueFor("/api/v1/models", Fault.InsufficientQuota());
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.Unpaid);
    }

    [Fact]
    public async Task Servers_that_are_away_busy_or_no_such_thing_are_reported()
    {
        using var port = new ClosedPort();
        await using var test = new GigaChatCase();
        using var noTokens = GigaChatCase.NewProvider(test.Server, o => o.AuthUrl = port.Address);
        var away = await noTokens.DiagnoseAsync();
        away.Problem.Should().Be(ProviderProblem.Unreachable);
        away.Message.Should().Contain("AuthUrl");
        using var noApi = GigaChatCase.NewProvider(test.Server, o => o.BaseUrl = port.Address);
        (await noApi.DiagnoseAsync()).Message.Should().Contain("BaseUrl");
        test.Server.EnqueueFor("/api/v2/oauth", Fault.Status(429), Fault.Status(500));
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.RateLimited);
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.Other);
        test.Server.EnqueueFor("/api/v1/models", Fault.Status(404), Fault.Status(403));
        (await test.Provider.DiagnoseAsync()).Message.Should().Contain("no API at BaseUrl");
        (await test.Provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.MissingRole);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_no_problem_of_the_settings()
    {
        await using var test = new GigaChatCase();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await test.Provider.Invoking(p => p.DiagnoseAsync(cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task The_probe_asks_for_the_models_with_a_token()
    {
        await using var test = new GigaChatCase();
        (await test.Provider.ProbeAsync(default)).Should().BeTrue();
        (test.Server.LastRequest.ToString(), test.Server.ChatCount).Should().Be(("GET /api/v1/models", 0));
        test.Server.ExpireTokens();
        (await test.Provider.ProbeAsync(default)).Should().BeTrue("an expired token is renewed here too");
        test.Server.EnqueueFor("/api/v1/models", Fault.Status(503));
        (await test.Provider.ProbeAsync(default)).Should().BeFalse();
    }

    [Fact]
    public async Task Models_balance_and_counts_are_read()
    {
        await using var test = new GigaChatCase();
        var models = await test.Provider.ListModelsAsync();
        models.Should().Contain(new GigaChatModel("GigaChat-2-Max", "chat")).And.Contain(m => !m.IsChat);
        test.Server.Balance = [new("GigaChat-2", 900_000), new("embeddings", 5)];
        (await test.Provider.GetBalanceAsync())
            .Should().Equal(new GigaChatBalance("GigaChat-2", 900_000), new GigaChatBalance("embeddings", 5));
        test.Server.Balance = null;
        (await test.Provider.Invoking(p => p.GetBalanceAsync()).Should().ThrowAsync<LlmException>()).Which.Kind
            .Should().Be(LlmErrorKind.Permission);

        test.Server.EnqueueFor("/api/v1/tokens/count",
            Fault.Body("""[{"object":"tokens","tokens":2,"characters":10},{"object":"tokens","tokens":"3","characters":11}]"""));
        (await test.Provider.CountTokensAsync([new(ChatRole.System, "Первый"), new(ChatRole.User, ""), new(ChatRole.User, "Второй")]))
            .Should().Be(5);
        test.Server.LastRequest.Text.Should().Be("""{"model":"GigaChat-2","input":["Первый","Второй"]}""");
        var asked = test.Server.Requests.Count;
        (await test.Provider.CountTokensAsync([new(ChatRole.User, "")])).Should().Be(0);
        test.Server.Requests.Should().HaveCount(asked);
        await test.Provider.Invoking(p => p.CountTokensAsync([])).Should().ThrowAsync<ArgumentException>();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[{\"tokens\":1}]")]
    [InlineData("[{\"tokens\":1},{\"tokens\":null}]")]
    [InlineData("[{\"tokens\":1},{")]
    public async Task Counts_that_are_none_are_typed_errors(string body)
    {
        await using var test = new GigaChatCase();
        test.Server.EnqueueFor("/api/v1/tokens/count", Fault.Body(body));
        (await test.Provider.Invoking(p => p.CountTokensAsync([new(ChatRole.User, "a"), new(ChatRole.User, "b")]))
            .Should().ThrowAsync<LlmException>())
            .Which.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }
}
