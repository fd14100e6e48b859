using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Access tokens over a socket: how they are asked for, shared, renewed and refused.</summary>
public sealed class GigaChatTokenTests
{
    [Fact]
    public async Task A_token_is_asked_for_as_documented()
    {
        await using var test = new GigaChatCase();
        await test.AskAsync(streamed: true);
        var asked = test.Server.Requests[0];
        asked.ToString().Should().Be("POST /api/v2/oauth");
        asked.Header("Authorization").Should().Be($"Basic {FakeGigaChatServer.DefaultKey}");
        Guid.Parse(asked.Header("RqUID")!).Version.Should().Be(4);
        (asked.Header("Content-Type"), asked.Header("Accept"), asked.Text)
            .Should().Be(("application/x-www-form-urlencoded", "application/json", "scope=GIGACHAT_API_PERS"));
        asked.Header("User-Agent").Should().NotBeNullOrEmpty();
        var chat = test.Server.LastRequest;
        chat.Header("Authorization").Should().StartWith("Bearer eyJ");
        chat.Header("User-Agent").Should().NotBeNullOrEmpty();
        Guid.Parse(chat.Header("X-Request-ID")!).Version.Should().Be(4);
        (chat.Header("Accept"), chat.Header("Cache-Control"), chat.Header("RqUID")).Should().Be(("text/event-stream", "no-store", null));
    }

    [Fact]
    public async Task A_thousand_cold_calls_make_one_request_for_a_token()
    {
        await using var test = new GigaChatCase();
        test.Server.EnqueueFor("/api/v2/oauth", Fault.Delay(TimeSpan.FromMilliseconds(200)));
        // A thousand sockets at once take their time on a small machine.
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => test.Provider.ReadAsync(GigaChatCase.Request(streamed: i % 2 == 0))))
            .WaitAsync(TimeSpan.FromMinutes(2));
        test.Server.TokenRequestCount.Should().Be(1);
        test.Server.ChatCount.Should().Be(1000);
    }

    [Theory]
    [BothModes]
    public async Task Fifty_calls_refused_at_once_make_one_new_token(bool streamed)
    {
        await using var test = new GigaChatCase();
        await test.AskAsync(streamed);
        test.Server.ExpireTokens();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => test.AskAsync(streamed)));
        test.Server.TokenRequestCount.Should().Be(2);
    }

    [Theory]
    [BothModes]
    public async Task A_refused_call_is_repeated_once_with_a_new_token(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.Unauthorized());
        (await test.AskAsync(streamed)).Text.Should().NotBeEmpty();
        (test.Server.ChatCount, test.Server.TokenRequestCount).Should().Be((2, 2));
        var tokens = test.Chats.Select(c => c.Header("Authorization")).Distinct();
        tokens.Should().HaveCount(2);
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_is_refused_again_and_again_is_an_authentication_error_after_two(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Always = Fault.Unauthorized();
        var (text, error) = await test.FailAsync(streamed);
        (text, error.Kind, error.StatusCode).Should().Be(("", LlmErrorKind.Authentication, 401));
        test.Server.ChatCount.Should().Be(2);
    }

    [Theory]
    [BothModes]
    public async Task A_ready_token_that_is_refused_is_final(bool streamed)
    {
        await using var test = new GigaChatCase(o => (o.AuthorizationKey, o.AccessToken) = (null, "ready-token-of-mine"));
        test.Server.AcceptToken("ready-token-of-mine");
        (await test.AskAsync(streamed)).Text.Should().NotBeEmpty();
        test.Server.ExpireTokens();
        var (_, error) = await test.FailAsync(streamed);
        error.Kind.Should().Be(LlmErrorKind.Authentication);
        error.Message.Should().Contain("Token has expired").And.Contain("AccessToken cannot be renewed")
            .And.NotContain("ready-token-of-mine");
        (test.Server.ChatCount, test.Server.TokenRequestCount).Should().Be((2, 0));
    }

    [Theory]
    [InlineData(GigaChatTokenForm.Milliseconds)]
    [InlineData(GigaChatTokenForm.Seconds)]
    [InlineData(GigaChatTokenForm.Brief)]
    [InlineData(GigaChatTokenForm.BriefSeconds)]
    public async Task Every_form_of_a_token_is_used_to_its_last_minute_and_no_longer(GigaChatTokenForm form)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero));
        await using var test = new GigaChatCase(time: time);
        test.Server.TokenForm = form;
        for (var minute = 0; minute < 60; minute++)
        {
            await test.AskAsync(streamed: minute % 2 == 0);
            test.Server.TokenRequestCount
                .Should().Be((minute / 29) + 1, $"a token lives 30 minutes and is retired after 29; this is minute {minute}");
            time.Advance(TimeSpan.FromMinutes(1));
        }

        test.Chats.GroupBy(c => c.Header("Authorization"))
            .Should().OnlyContain(g => g.Max(c => c.At) - g.Min(c => c.At) < TimeSpan.FromMinutes(29));
    }

    [Fact]
    public async Task A_user_with_a_password_gets_a_token_from_the_api_host()
    {
        await using var test = new GigaChatCase(o => (o.AuthorizationKey, o.User, o.Password) = (null, "anna", "пароль-s3cr3t"));
        (test.Server.User, test.Server.Password) = ("anna", "пароль-s3cr3t");
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty();
        var asked = test.Server.Requests[0];
        (asked.ToString(), asked.Body.Length).Should().Be(("POST /api/v1/token", 0));
        test.Server.ForgetTokens();
        await test.AskAsync(streamed: false);
        test.Server.TokenRequestCount.Should().Be(2);
        test.Server.ForgetTokens();
        test.Server.Password = "another";
        var (_, error) = await test.FailAsync(streamed: true);
        error.Kind.Should().Be(LlmErrorKind.Authentication);
        error.ToString().Should().NotContain("s3cr3t");
    }

    public static TheoryData<int, string, LlmErrorKind, string?, string> Refusals { get; } = new()
    {
        { 400, "{\"code\":1,\"message\":\"scope data format invalid\"}", LlmErrorKind.Authentication, "1", "GIGACHAT_API_B2B" },
        { 400, "{\"code\":4,\"message\":\"Can't decode 'Authorization' header\"}", LlmErrorKind.Authentication, "4", "base64" },
        { 401, "{\"code\":4,\"message\":\"Can't decode 'Authorization' header\"}", LlmErrorKind.Authentication, "4", "base64" },
        { 400, "{\"code\":5,\"message\":\"scope is empty\"}", LlmErrorKind.Authentication, "5", "scope" },
        { 401, "{\"code\":6,\"message\":\"credentials doesn't match db data\"}", LlmErrorKind.Authentication, "6", "make a new key" },
        { 400, "{\"code\":7,\"message\":\"scope from db not fully includes consumed scope\"}", LlmErrorKind.Authentication, "7",
            "GIGACHAT_API_CORP" },
        { 401, "{\"code\":\"7\",\"message\":\"scope from db not fully includes consumed scope\"}", LlmErrorKind.Authentication, "7",
            "GIGACHAT_API_CORP" },
        { 400, "", LlmErrorKind.Authentication, null, "No access token" },
        { 404, "", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 429, "", LlmErrorKind.RateLimited, null, "No access token" },
        { 500, "oops", LlmErrorKind.ServerError, null, "No access token" },
        { 502, "<html>", LlmErrorKind.Unavailable, null, "No access token" },
        { 503, "", LlmErrorKind.Unavailable, null, "No access token" },
        { 200, "{}", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 200, "{\"access_token\":\"t\"}", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 200, "{\"access_token\":\"\",\"expires_at\":4102444800000}", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 200, "{\"access_token\":\"a\\r\\nb\",\"expires_at\":4102444800000}", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 200, "[]", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 200, "{\"access_token\":", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
        { 200, "", LlmErrorKind.MalformedResponse, null, "AuthUrl" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_the_host_of_tokens_says_has_its_kind_its_code_and_a_cure(
        int status, string body, LlmErrorKind kind, string? code, string advice)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var test = new GigaChatCase();
            test.Server.EnqueueFor("/api/v2/oauth", Fault.Status(status, body));
            var (text, error) = await test.FailAsync(streamed);
            (text, error.Kind, error.ProviderCode, error.StatusCode).Should().Be(("", kind, code, status));
            (error.ProviderName, error.Model).Should().Be(("giga", "GigaChat-2"));
            error.Message.Should().Contain(advice);
            test.Server.ChatCount.Should().Be(0);
        }
    }

    [Fact]
    public async Task The_fake_refuses_what_the_vendor_refuses()
    {
        await using var test = new GigaChatCase(o => o.Scope = GigaChatScope.Corp);
        (await test.FailAsync(streamed: true)).Error.ProviderCode.Should().Be("7");
        await using var wrong = new GigaChatCase(o => o.AuthorizationKey = Convert.ToBase64String("fake-id:another"u8));
        (await wrong.FailAsync(streamed: true)).Error.ProviderCode.Should().Be("6");
        await using var broken = new GigaChatCase(o => o.AuthorizationKey = "not-base64");
        (await broken.FailAsync(streamed: true)).Error.ProviderCode.Should().Be("4");
        await using var server = new FakeGigaChatServer();
        using var client = new HttpClient();
        using var bearer = new HttpRequestMessage(HttpMethod.Post, server.AuthUrl);
        bearer.Headers.Add("Authorization", $"Bearer {FakeGigaChatServer.DefaultKey}");
        (await (await client.SendAsync(bearer)).Content.ReadAsStringAsync()).Should().Contain("\"code\":4");
        using var nameless = new HttpRequestMessage(HttpMethod.Get, new Uri($"{server.BaseUrl}/models"));
        ((int)(await client.SendAsync(nameless)).StatusCode).Should().Be(403, "there is no User-Agent");
    }

    [Fact]
    public async Task Cancelling_while_a_token_is_fetched_closes_the_socket()
    {
        await using var test = new GigaChatCase();
        test.Server.EnqueueFor("/api/v2/oauth", Fault.Hang());
        using var cancel = new CancellationTokenSource();
        var reading = test.Provider.ReadAsync(GigaChatCase.Request(streamed: true), cancel.Token);
        while (test.Server.TokenRequestCount == 0)
            await Task.Yield();
        await cancel.CancelAsync();
        (await reading.Invoking(r => r.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(cancel.Token);
        await test.Server.WhenDisconnectedAsync(TimeSpan.FromSeconds(10));
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty("the next call asks anew");
    }

    [Fact]
    public async Task A_host_of_tokens_in_trouble_is_not_stormed()
    {
        await using var test = new GigaChatCase();
        test.Server.EnqueueFor("/api/v2/oauth", Enumerable.Repeat(Fault.Status(500), 100).ToArray());
        var failed = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => test.FailAsync(streamed: true)));
        failed.Should().OnlyContain(f => f.Error.Kind == LlmErrorKind.ServerError);
        test.Server.TokenRequestCount.Should().BeLessThanOrEqualTo(2);
    }
}
