using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>IAM tokens: made from a key or asked of the metadata service, once for all, in time, and once more after a 401.</summary>
public class YandexGptTokenTests
{
    private const string Iam = "/iam/v1/tokens";
    private const string Metadata = "/computeMetadata/v1/instance/service-accounts/default/token";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_signed_token_verifies_with_the_public_key_and_says_who_for_whom_and_how_long()
    {
        var account = new FakeServiceAccount();
        var parts = YandexGptServiceAccountKey.Parse(account.KeyJson).Sign(_time.GetUtcNow()).Split('.');
        parts.Should().HaveCount(3).And.OnlyContain(p => !p.Contains('='));
        Decoded(parts[0]).GetRawText().Should().Be($$"""{"typ":"JWT","alg":"PS256","kid":"{{account.KeyId}}"}""");
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        Decoded(parts[1]).GetRawText().Should().Be(
            $$"""{"iss":"{{account.Id}}","aud":"https://iam.api.cloud.yandex.net/iam/v1/tokens","iat":{{now}},"exp":{{now + 3600}}}""");
        using var key = account.CreatePublicKey();
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pss).Should().BeTrue();
        key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Should().BeFalse();
    }

    [Fact]
    public async Task A_key_file_is_changed_for_a_token_that_serves_many_calls()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        await test.AskAsync(streamed: true);
        await test.AskAsync(streamed: false);
        await test.Provider.CountTokensAsync([new(Microsoft.Extensions.AI.ChatRole.User, "ping")]);
        test.Server.TokenCount.Should().Be(1);
        test.Server.Requests.Select(r => r.Path).Should().StartWith(Iam);
        test.Server.Requests.Skip(1).Should().OnlyContain(r => r.Header("Authorization")!.StartsWith("Bearer t1."));
        test.Server.Requests[0].Header("Authorization").Should().BeNull();
    }

    [Fact]
    public async Task A_machine_asks_its_metadata_service()
    {
        await using var test = new YandexGptCase(o => o.UseMetadata = true);
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty();
        var asked = test.Server.Requests[0];
        (asked.Method, asked.Path, asked.Header("Metadata-Flavor")).Should().Be(("GET", Metadata, "Google"));
        test.Server.LastRequest.Header("Authorization").Should().StartWith("Bearer t1.");
    }

    [Fact]
    public async Task A_thousand_cold_calls_make_one_exchange()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => test.AskAsync(streamed: i % 2 == 0)));
        answers.Should().OnlyContain(a => a.Text.Length > 0);
        (test.Server.TokenCount, test.Server.ChatCount).Should().Be((1, 1000));
    }

    [Fact]
    public async Task Fifty_parallel_refusals_make_one_renewal()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        await test.AskAsync(streamed: true);
        test.Server.RevokeTokens();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => test.AskAsync(streamed: i % 2 == 0)));
        answers.Should().OnlyContain(a => a.Text.Length > 0);
        test.Server.TokenCount.Should().Be(2);
    }

    [Theory]
    [BothModes]
    public async Task A_refusal_is_renewed_once_and_then_reported(bool streamed)
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        test.Server.Enqueue(Fault.Unauthorized(), Fault.Unauthorized());
        (await test.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.Authentication);
        (test.Server.TokenCount, test.Server.ChatCount).Should().Be((2, 2));
        (await test.AskAsync(streamed)).Text.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_question_besides_the_chat_is_renewed_too()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        await test.AskAsync(streamed: true);
        test.Server.RevokeTokens();
        (await test.Provider.ProbeAsync(default)).Should().BeTrue();
        test.Server.TokenCount.Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_ready_token_or_key_is_not_renewed(bool isKey)
    {
        await using var test = new YandexGptCase(o => (o.ApiKey, o.IamToken) = (isKey ? "AQVNk" : null, isKey ? null : "t1.mine"));
        test.Server.Enqueue(Fault.Unauthorized());
        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.Authentication);
        test.Server.ChatCount.Should().Be(1);
        test.Server.LastRequest.Header("Authorization").Should().Be(isKey ? "Api-Key AQVNk" : "Bearer t1.mine");
    }

    [Theory]
    [InlineData(12 * 60, 59, 1)]
    [InlineData(12 * 60, 61, 2)]
    [InlineData(30, 24, 1)]
    [InlineData(30, 26, 2)]
    public async Task A_token_is_used_for_an_hour_at_most_and_retired_five_minutes_before_its_end(
        int lifeMinutes, int afterMinutes, int exchanges)
    {
        await using var test = new YandexGptCase(time: _time, withKeyFile: true);
        test.Server.TokenLife = TimeSpan.FromMinutes(lifeMinutes);
        await test.AskAsync(streamed: true);
        _time.Advance(TimeSpan.FromMinutes(afterMinutes));
        await test.AskAsync(streamed: true);
        test.Server.TokenCount.Should().Be(exchanges);
    }

    [Fact]
    public async Task No_token_is_used_in_its_last_minute_whenever_a_call_comes()
    {
        await using var test = new YandexGptCase(o => o.UseMetadata = true, _time);
        test.Server.TokenLife = TimeSpan.FromMinutes(20);
        var born = new Dictionary<string, DateTimeOffset>();
        for (var i = 0; i < 400; i++)
        {
            await test.AskAsync(streamed: false);
            var token = test.Server.LastRequest.Header("Authorization")!;
            born.TryAdd(token, _time.GetUtcNow());
            (born[token] + test.Server.TokenLife - _time.GetUtcNow()).Should().BeGreaterThan(TimeSpan.FromMinutes(1));
            _time.Advance(TimeSpan.FromSeconds(7));
        }

        born.Count.Should().BeInRange(3, 4, "a token is not thrown away early either");
    }

    public static TheoryData<string, Fault, LlmErrorKind> Refusals => new()
    {
        { "key", Fault.Status(401, """{"code":16,"message":"The token is invalid","details":[]}"""), LlmErrorKind.Authentication },
        { "key", Fault.Status(400, """{"code":3,"message":"bad jwt","details":[]}"""), LlmErrorKind.Authentication },
        { "key", Fault.Status(404, "not here", "text/plain"), LlmErrorKind.Authentication },
        { "key", Fault.Status(429), LlmErrorKind.RateLimited },
        { "key", Fault.Status(503), LlmErrorKind.Unavailable },
        { "key", Fault.CloseUnanswered(), LlmErrorKind.Unavailable },
        { "key", Fault.Html(200), LlmErrorKind.MalformedResponse },
        { "key", Fault.Body("{}"), LlmErrorKind.MalformedResponse },
        { "key", Fault.Body("""{"iamToken":"t1.a\r\nX: y","expiresAt":"2026-11-21T00:00:00Z"}"""), LlmErrorKind.MalformedResponse },
        { "metadata", Fault.Status(404, "Not Found", "text/plain"), LlmErrorKind.Authentication },
        { "metadata", Fault.Redirect(new Uri("http://127.0.0.1:1/")), LlmErrorKind.MalformedResponse },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_failed_exchange_is_the_calls_error_and_the_chat_is_not_asked(string from, Fault fault, LlmErrorKind kind)
    {
        await using var test = new YandexGptCase(o => o.UseMetadata = from == "metadata", _time, withKeyFile: from == "key");
        foreach (var streamed in new[] { true, false })
        {
            test.Server.EnqueueFor(from == "key" ? Iam : Metadata, fault);
            (await test.FailAsync(streamed)).Error.Kind.Should().Be(kind);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        test.Server.ChatCount.Should().Be(0);
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty("a failure is remembered for a second only");
    }

    [Theory]
    [InlineData("\"2026-11-20T10:10:00.123456789Z\"")]
    [InlineData("\"2026-11-20T13:10:00+03:00\"")]
    public async Task The_end_of_a_token_is_read_with_nine_digits_and_with_an_offset(string end)
    {
        await using var test = new YandexGptCase(time: _time, withKeyFile: true);
        test.Server.IamToken = "t1.short";
        test.Server.EnqueueFor(Iam, Fault.Body($$"""{"iamToken":"t1.short","expiresAt":{{end}}}"""));
        await test.AskAsync(streamed: true);
        test.Server.LastRequest.Header("Authorization").Should().Be("Bearer t1.short");
        _time.Advance(TimeSpan.FromMinutes(4.9));
        await test.AskAsync(streamed: true);
        test.Server.LastRequest.Header("Authorization").Should().Be("Bearer t1.short");
        _time.Advance(TimeSpan.FromMinutes(0.2));
        await test.AskAsync(streamed: true);
        test.Server.LastRequest.Header("Authorization").Should().NotBe("Bearer t1.short");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_does_not_take_the_token_from_the_others()
    {
        await using var test = new YandexGptCase(withKeyFile: true);
        var arrived = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        test.Server.EnqueueFor(Iam, Fault.Custom(async connection =>
        {
            arrived.SetResult();
            await go.Task;
            const string Body = """{"iamToken":"t1.late","expiresAt":"2036-11-20T10:10:00Z"}""";
            await connection.WriteAsync(
                $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        }));
        test.Server.IamToken = "t1.late";
        using var cancel = new CancellationTokenSource();
        var first = test.Provider.ReadAsync(YandexGptCase.Request(streamed: true), cancel.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var second = test.Provider.ReadAsync(YandexGptCase.Request(streamed: true));
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        go.SetResult();
        (await second.WaitAsync(TimeSpan.FromSeconds(20))).Should().NotBeEmpty();
        (test.Server.Requests.Count(r => r.Path == Iam), test.Server.LastRequest.Header("Authorization"))
            .Should().Be((1, "Bearer t1.late"));
    }

    [Theory]
    [InlineData("nothing there", null, "*cannot be read (FileNotFoundException)*")]
    [InlineData("no json", "s3cr3t", "*no authorized key*")]
    [InlineData("no fields", "{\"id\":\"s3cr3t\"}", "*no authorized key*")]
    [InlineData("no key", "{\"id\":\"a\",\"service_account_id\":\"b\",\"private_key\":\"s3cr3t\"}", "*no RSA key in PEM form*")]
    [InlineData("cut key",
        "{\"id\":\"a\",\"service_account_id\":\"b\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\ns3cr3t\\n-----END PRIVATE KEY-----\"}",
        "*no RSA key in PEM form*")]
    public void A_key_file_that_cannot_be_used_is_reported_at_once_and_not_shown(string name, string? content, string message)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{name}-{Environment.ProcessId}.json");
        if (content is not null)
            File.WriteAllText(path, content);
        try
        {
            var act =
                () => new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g", ServiceAccountKeyFile = path });
            act.Should().Throw<ArgumentException>().WithMessage(message).Which.ToString().Should().NotContain("s3cr3t");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void One_kind_of_credentials_is_needed_and_only_one()
    {
        var none = () => new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g" });
        var two =
            () => new YandexGptProvider("a", new YandexGptOptions { Model = "m", FolderId = "b1g", ApiKey = "s3cr3t", UseMetadata = true });
        none.Should().Throw<ArgumentException>().WithMessage("*no credentials*");
        two.Should().Throw<ArgumentException>().WithMessage("*sets ApiKey and UseMetadata*").Which.ToString().Should().NotContain("s3cr3t");
    }

    private static JsonElement Decoded(string part) => JsonDocument.Parse(Base64Url.DecodeFromChars(part)).RootElement;
}
