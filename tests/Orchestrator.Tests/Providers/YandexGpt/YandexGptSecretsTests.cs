using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>A key and a prompt that appear nowhere but in the request, whatever goes wrong.</summary>
public class YandexGptSecretsTests
{
    private const string Key = "AQVNcanary-key-7f3a";
    private const string Prompt = "canary prompt 91c2";

    [Theory]
    [BothModes]
    public async Task A_key_and_a_prompt_are_in_no_exception_log_or_metric(bool streamed)
    {
        await using var test = new YandexGptCase(o => o.ApiKey = Key);
        var faults = new List<Fault>
        {
            Fault.Status(401, YandexGptCase.Error(16, 401, $"Unknown api key {Key}")),
            Fault.Status(500, Key, "text/plain"),
            Fault.Status(403, YandexGptCase.Status(7, $"no role for {Key}")).And(Fault.Header("x-request-id", Key)),
            Fault.Body(YandexGptCase.Error(13, 500, $"broke on {Key}")),
            Fault.CloseUnanswered(), Fault.CutHead(), Fault.Html(), Fault.Empty200(), Fault.Body(Key), Fault.ErrorEvent(0),
            Fault.MissingTerminator(), Fault.RateLimited(), Fault.BadChunk(0),
        };
        var logs = new Logs();
        await using var router = ChatSurface.InOrder(null, null, logs, test.Provider);
        foreach (var fault in faults)
        {
            test.Server.Enqueue([.. Enumerable.Repeat(fault, 3)]);
            var error = await router.FailAsync<LlmException>(streamed, messages: [new(ChatRole.User, Prompt)]);
            test.Server.LastRequest.Header("Authorization").Should().Contain(Key);
            Clean(error.ToString(), $"{fault}");
            foreach (var attempt in (error as AllProvidersFailedException)?.Attempts ?? [])
                Clean($"{attempt} {attempt.Error} {attempt.Error?.RequestId} {attempt.Error?.ProviderCode}", $"{fault}");
            foreach (var name in router.GetMetrics())
                Clean($"{name}", $"{fault}");
        }

        foreach (var record in logs.Records.Where(r => r.Level > LogLevel.Trace))
        {
            Clean($"{record.Message} {record.Exception}", record.Id.Name!);
            Clean(string.Join(' ', record.StructuredState!.Select(s => s.Value)), record.Id.Name!);
        }
    }

    [Fact]
    public async Task A_token_and_a_signed_token_that_servers_echo_are_in_no_exception()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        test.Server.ChooseFault = request => Fault.Status(500, YandexGptCase.Error(13, 500, $"got {request.Header("Authorization")}"));
        var error = (await test.FailAsync(streamed: true)).Error;
        error.ToString().Should().NotContain("t1.").And.Contain("***");

        await using var cold = new YandexGptCase(withKeyFile: true);
        string? jwt = null;
        cold.Server.EnqueueFor("/iam/v1/tokens", Fault.Custom(async connection =>
        {
            jwt = cold.Server.LastRequest.Json!.Value.GetProperty("jwt").GetString();
            var body = YandexGptCase.Status(16, $"refused {jwt}");
            await connection.WriteAsync($"HTTP/1.1 401 x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }));
        var refused = (await cold.FailAsync(streamed: true)).Error;
        refused.Kind.Should().Be(LlmErrorKind.Authentication);
        refused.ToString().Should().NotContain(jwt![..40]).And.Contain("***");
    }

    [Fact]
    public void The_text_of_options_and_keys_has_no_secret()
    {
        var account = new FakeServiceAccount();
        var options = new YandexGptOptions
        {
            Model = "m",
            FolderId = "b1g",
            ApiKey = Key,
            IamToken = "t1.canary",
            BaseUrl = new Uri($"https://me:{Key}@host/?k={Key}")
        };
        options.ToString().Should().Be("YandexGptOptions { BaseUrl = https://host/, FolderId = b1g, Model = m }");
        YandexGptServiceAccountKey.Parse(account.KeyJson).ToString().Should().Contain(account.KeyId).And.NotContain("PRIVATE");
        new AccessToken("t1.canary", default).ToString().Should().NotContain("canary");
        account.ToString().Should().NotContain("PRIVATE");
    }

    [Theory]
    [InlineData("s3cr3t\n")]
    [InlineData("s3cr3t ")]
    [InlineData("s3cr3tё")]
    public void A_key_that_cannot_be_sent_is_refused_and_not_shown(string key)
    {
        var api = () => new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g", ApiKey = key });
        var iam = () => new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g", IamToken = key });
        api.Should().Throw<ArgumentException>().WithMessage("ApiKey *").Which.ToString().Should().NotContain("s3cr3t");
        iam.Should().Throw<ArgumentException>().WithMessage("IamToken *").Which.ToString().Should().NotContain("s3cr3t");
    }

    private static void Clean(string text, string where) => text.Should().NotContain(Key, where).And.NotContain(Prompt, where);
}
