using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>What the check of the settings finds, and the cure it names.</summary>
public class YandexGptCheckTests
{
    private const string Tokenize = "/foundationModels/v1/tokenize";

    [Fact]
    public async Task Good_settings_are_valid_and_cost_nothing()
    {
        foreach (var withKeyFile in new[] { false, true })
        {
            await using var test = new YandexGptCase(withKeyFile: withKeyFile);
            var found = await test.Provider.DiagnoseAsync();
            (found.Problem, found.IsValid, found.Error, test.Server.ChatCount).Should().Be((ProviderProblem.None, true, null, 0));
        }
    }

    public static TheoryData<int, string, ProviderProblem, string> Answers => new()
    {
        { 401, YandexGptCase.Status(16, "Unknown api key"), ProviderProblem.WrongCredentials, "Copy the API key again" },
        { 401, YandexGptCase.Status(16, "The apikey has expired"), ProviderProblem.ExpiredCredentials, "new API key" },
        { 401, YandexGptCase.Status(16, "The token has expired"), ProviderProblem.ExpiredCredentials, "ServiceAccountKeyFile" },
        { 403, YandexGptCase.Status(7, "Permission denied"), ProviderProblem.MissingRole, "ai.languageModels.user" },
        { 403, YandexGptCase.Status(7, "Billing account is not linked"), ProviderProblem.Unpaid, "billing account" },
        { 404, YandexGptCase.Status(5, "Model not found"), ProviderProblem.UnknownModel, "yandexgpt-5-lite" },
        { 400, YandexGptCase.Status(3, "Failed to parse model URI"), ProviderProblem.UnknownModel, "yandexgpt-5-lite" },
        { 400, YandexGptCase.Status(3, "Specified folder ID 'b1ga' does not match with service account folder ID 'b1gb'"),
            ProviderProblem.WrongFolder, "set FolderId to b1gb" },
        { 400, YandexGptCase.Error(3, 400, "Specified folder ID 'b1ga' does not match"), ProviderProblem.WrongFolder,
            "set FolderId to the service account's own" },
        { 429, YandexGptCase.Status(8, "quota"), ProviderProblem.RateLimited, "later" },
        { 500, YandexGptCase.Status(13, "internal error"), ProviderProblem.Other, "internal error" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_answer_has_its_problem_and_its_cure(int status, string body, ProviderProblem problem, string cure)
    {
        await using var test = new YandexGptCase();
        test.Server.EnqueueFor(Tokenize, Fault.Status(status, body));
        var found = await test.Provider.DiagnoseAsync();
        (found.Problem, found.IsValid, found.Error!.StatusCode).Should().Be((problem, false, status));
        found.Message.Should().Contain(cure);
    }

    [Theory]
    [InlineData("t1.9euelZq", null, "set it as IamToken")]
    [InlineData("y0_AgAAAA", null, "OAuth")]
    [InlineData("Api-Key AQVNx", null, "copy it again")]
    [InlineData(null, "AQVNxyz", "set it as ApiKey")]
    [InlineData(null, "y0_AgAAAA", "OAuth")]
    public async Task Credentials_of_another_kind_are_reported_by_their_look_and_never_shown(string? key, string? token, string cure)
    {
        await using var test = new YandexGptCase(o => (o.ApiKey, o.IamToken) = (key, token));
        (test.Server.ApiKey, test.Server.IamToken) = ("AQVNright", "t1.right");
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.MalformedCredentials);
        found.Message.Should().Contain(cure);
        var call = (await test.FailAsync(streamed: true)).Error;
        call.Message.Should().Contain(cure);
        foreach (var said in new[] { found.ToString(), found.Error!.ToString(), call.ToString() })
            said.Should().NotContain(key ?? token!);
    }

    [Fact]
    public async Task A_key_that_iam_does_not_know_is_wrong()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        await using var other = new FakeYandexGptServer();
        var options = new YandexGptOptions { Model = "yandexgpt", FolderId = "b1g", BaseUrl = other.BaseUrl, IamUrl = other.IamUrl };
        options.ServiceAccountKeyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(options.ServiceAccountKeyFile, test.Server.ServiceAccount.KeyJson);
        try
        {
            using var provider = new YandexGptProvider("a", options);
            var found = await provider.DiagnoseAsync();
            found.Problem.Should().Be(ProviderProblem.WrongCredentials);
            found.Message.Should().Contain("authorized key");
        }
        finally
        {
            File.Delete(options.ServiceAccountKeyFile);
        }
    }

    [Fact]
    public async Task A_machine_without_an_account_is_reported()
    {
        await using var test = new YandexGptCase(o => o.UseMetadata = true);
        test.Server.HasMetadataAccount = false;
        var found = await test.Provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.WrongCredentials);
        found.Message.Should().Contain("service account linked");
    }

    [Fact]
    public async Task A_refused_connection_is_unreachable()
    {
        using var port = new ClosedPort();
        using var provider =
            new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g", ApiKey = "k", BaseUrl = port.Address });
        var found = await provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.Unreachable);
        found.Message.Should().Contain("proxy");
    }

    [Fact]
    public async Task A_certificate_of_a_private_authority_is_reported()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var server = new FakeYandexGptServer(new FaultServerOptions { Certificate = certificate });
        using var provider =
            new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g", ApiKey = "k", BaseUrl = server.BaseUrl });
        var found = await provider.DiagnoseAsync();
        found.Problem.Should().Be(ProviderProblem.UntrustedCertificate);
        found.Message.Should().Contain("root");
    }

    [Fact]
    public async Task Cancelling_the_check_is_a_cancellation()
    {
        await using var test = new YandexGptCase();
        test.Server.EnqueueFor(Tokenize, Fault.Hang());
        using var cancel = new CancellationTokenSource();
        var checking = test.Provider.DiagnoseAsync(cancel.Token);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => checking).Should().ThrowAsync<OperationCanceledException>();
    }
}
