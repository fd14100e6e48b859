using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Keys, tokens and prompts show up nowhere, whatever goes wrong.</summary>
public sealed class GigaChatSecretsTests
{
    private const string Prompt = "канарейка-в-запросе";
    private const string ClientSecret = "canary-client-secret";

    private static readonly string Key = Convert.ToBase64String(Encoding.UTF8.GetBytes($"fake-id:{ClientSecret}"));

    public static TheoryData<Fault> Faults => new(
        Fault.Unauthorized(), Fault.Error(LlmErrorKind.Permission), Fault.Error(LlmErrorKind.InvalidRequest),
        Fault.Error(LlmErrorKind.ServerError), Fault.RateLimited(),
        Fault.ErrorUnder200(), Fault.ErrorEvent(2), Fault.Html(), Fault.Empty200(), Fault.CloseUnanswered(), Fault.CutAfterEvents(2),
        Fault.MalformedEvent(0), Fault.DeepJson());

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task No_fault_shows_key_token_or_prompt(Fault fault)
    {
        await using var test = new GigaChatCase(o => o.AuthorizationKey = Key);
        test.Server.AuthorizationKey = Key;
        test.Server.Always = fault;
        var logs = new Logs();
        await using var router = new Router(new RouterOptions(), logs).AddProvider(test.Provider, leaveOpen: true);
        foreach (var streamed in new[] { true, false })
        {
            var error = await Record.ExceptionAsync(async () =>
            {
                await foreach (var _ in router.RouteStreamAsync(
                    GigaChatCase.Request(streamed, null, new ChatMessage(ChatRole.User, Prompt))))
                {
                    // Read to its end.
                }
            });
            Clean($"{error}", test);
        }

        logs.Records.Should().NotBeEmpty();
        foreach (var record in logs.Records)
            Clean($"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}", test);
        Clean(string.Join(' ', router.GetMetrics().Select(m => $"{m.Key} {m.Value}")), test);
    }

    [Theory]
    [BothModes]
    public async Task A_server_that_quotes_what_it_was_sent_is_not_quoted(bool streamed)
    {
        await using var test = new GigaChatCase(o =>
        {
            o.AuthorizationKey = Key;
            o.Headers["X-Secret"] = "canary-of-a-header";
        });
        test.Server.AuthorizationKey = Key;
        await test.AskAsync(streamed);
        var token = test.Server.LastRequest.Header("Authorization")!["Bearer ".Length..];
        var quoting =
            $"{{\"status\":403,\"message\":\"{token} and {Key} and {ClientSecret} and canary-of-a-header\",\"code\":\"{token}\"}}";
        test.Server.Enqueue(Fault.Status(403, quoting).And(Fault.Header("x-request-id", token)), Fault.Body(quoting));
        for (var i = 0; i < 2; i++)
        {
            var (_, error) = await test.FailAsync(streamed);
            error.Message.Should().Contain("*** and *** and *** and ***");
            $"{error} {error.ProviderCode} {error.RequestId}".Should().NotContain(token).And.NotContain("canary");
        }

        await using var refused = new GigaChatCase(o => o.AuthorizationKey = Key);
        refused.Server.EnqueueFor("/api/v2/oauth", Fault.Status(401, $"{{\"code\":6,\"message\":\"{Key} {ClientSecret}\"}}"));
        (await refused.FailAsync(streamed)).Error.ToString().Should().NotContain(Key).And.NotContain(ClientSecret);
    }

    [Fact]
    public void Options_show_no_secret()
    {
        var options = new GigaChatOptions
        {
            Model = "m",
            AuthorizationKey = Key,
            AccessToken = "canary-token",
            Password = "canary-password",
            ClientKeyPassword = "canary-pass",
            Headers = { ["X"] = "canary-header" }
        };
        options.ToString().Should().Contain("m").And.NotContain("canary").And.NotContain(Key);
        using var provider = new GigaChatProvider("g", options);
        $"{provider} {provider.Info}".Should().NotContain("canary").And.NotContain(Key);
        var hidden = typeof(GigaChatOptions).GetProperties()
            .Where(p => p.IsDefined(typeof(System.Diagnostics.DebuggerBrowsableAttribute), false)).Select(p => p.Name);
        hidden.Should().Contain(["AuthorizationKey", "AccessToken", "Password", "ClientCertificate", "ClientKeyPassword", "Headers"]);
    }

    private static void Clean(string text, GigaChatCase test)
    {
        text.Should().NotContain(Prompt).And.NotContain(Key).And.NotContain(ClientSecret);
        foreach (var token in test.Server.Requests.Select(r => r.Header("Authorization")?.Split(' ')[^1]).OfType<string>().Distinct())
            text.Should().NotContain(token);
    }
}
