using System.Net;
using System.Text;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.GigaChat;
using Orchestrator.Tests.Providers.Sdk;
using Orchestrator.Tests.Providers.Yandex;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A gateway's page judges one request: never credentials, money or model.</summary>
public class GatewayPageTests
{
    private const string Html = "<!DOCTYPE html><html><head><title>Blocked</title></head><body>Your request was blocked</body></html>";

    public static TheoryData<string, string> Pages => new()
    {
        { Html, "text/html" },
        { Html, "TEXT/HTML; charset=utf-8" },
        { Html, "application/json" },
        { Html, "text/plain" },
        { "\uFEFF \r\n\t<!doctype HTML><html></html>", "application/octet-stream" },
        { "<HTML><body>no</body></HTML>", "text/plain" },
        { "<!-- edge --><html></html>", "text/plain" },
        { "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "application/xml" },
        { "Access Denied", "text/html" },
        { "", "text/html" },
        { "error code: 1020", "text/plain" },
        { "Access denied", "text/plain" },
        { "Request blocked by policy 42", "text/plain" },
    };

    public static TheoryData<int, string, string, LlmErrorKind> Judgements => new()
    {
        { 401, "", "", LlmErrorKind.Authentication },
        { 402, "", "", LlmErrorKind.QuotaExceeded },
        { 403, "", "", LlmErrorKind.Permission },
        { 404, "", "", LlmErrorKind.ModelNotFound },
        { 401, "Unauthorized", "text/plain", LlmErrorKind.Authentication },
        { 401, "invalid api key", "text/plain", LlmErrorKind.Authentication },
        { 403, "This key may not use the model", "text/plain", LlmErrorKind.Permission },
        { 403, "\0\0\0\0", "application/json", LlmErrorKind.Permission },
        { 403, "{\"error\":{\"mess", "application/json", LlmErrorKind.Permission },
        { 403, "data: {\"error\":{\"x\":1}}\n\n", "text/event-stream", LlmErrorKind.Permission },
        { 404, "404 page not found", "text/plain", LlmErrorKind.ModelNotFound },
        { 401, "{\"error\":{\"message\":\"<html> is no key\"}}", "text/html", LlmErrorKind.Authentication },
        { 408, Html, "text/html", LlmErrorKind.Timeout },
        { 429, Html, "text/html", LlmErrorKind.RateLimited },
        { 429, "error code: 1015", "text/plain", LlmErrorKind.RateLimited },
        { 500, Html, "text/html", LlmErrorKind.ServerError },
        { 502, Html, "text/html", LlmErrorKind.Unavailable },
        { 503, Html, "text/html", LlmErrorKind.Unavailable },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_under_any_status_of_a_refusal_is_unreadable_and_no_judgement(string body, string type)
    {
        foreach (var vendor in Vendors.All)
        {
            foreach (var status in new[] { 400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 413, 418, 422, 451, 499 })
            {
                if (status == 400 && !(body.Contains('<', StringComparison.Ordinal) || type.Contains("html", StringComparison.Ordinal)))
                    continue;
                var error = await FailAsync(vendor, status, body, type);
                (vendor, status, error.Kind, error.StatusCode).Should().Be((vendor, status, LlmErrorKind.MalformedResponse, status));
                error.RetryAfter.Should().Be(TimeSpan.FromSeconds(7));
                error.Message.Should().NotContain("<");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Judgements))]
    public async Task What_the_vendor_may_have_said_keeps_its_status(int status, string body, string type, LlmErrorKind kind)
    {
        foreach (var vendor in Vendors.All)
            (await FailAsync(vendor, status, body, type)).Kind.Should().Be(kind, vendor);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_page_where_tokens_are_fetched_is_no_refused_key(int status)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var giga = new GigaChatCase();
            giga.Server.EnqueueFor("/api/v2/oauth", Fault.Html(status));
            var (_, error) = await giga.FailAsync(streamed);
            (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.MalformedResponse, status));

            await using var yandex = new YandexGptCase(withKeyFile: true);
            yandex.Server.EnqueueFor("/iam/v1/tokens", Fault.Html(status));
            (_, error) = await yandex.FailAsync(streamed);
            (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.MalformedResponse, status));
        }
    }

    [Fact]
    public async Task A_page_under_401_does_not_throw_the_token_away()
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.Html(401));
        (await test.FailAsync(streamed: false)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        await test.AskAsync(streamed: false);
        (test.Server.TokenRequestCount, test.Server.ChatCount).Should().Be((1, 2));
    }

    public static TheoryData<Exception, LlmErrorKind> Exceptions => new()
    {
        { new BodyException(HttpStatusCode.Forbidden, Html), LlmErrorKind.MalformedResponse },
        { new BodyException(HttpStatusCode.Unauthorized, Html), LlmErrorKind.MalformedResponse },
        { new BodyException(HttpStatusCode.Forbidden, "error code: 1020"), LlmErrorKind.MalformedResponse },
        { new BodyException(HttpStatusCode.Forbidden, "") { ResponseHeaders = Headers("text/html") }, LlmErrorKind.MalformedResponse },
        { new WordsException(403, $"Service request failed.\nStatus: 403\n{Html}"), LlmErrorKind.MalformedResponse },
        { new HttpRequestException(Html, null, HttpStatusCode.PaymentRequired), LlmErrorKind.MalformedResponse },
        { new HttpRequestException("x", null, HttpStatusCode.PaymentRequired), LlmErrorKind.QuotaExceeded },
        { new BodyException(HttpStatusCode.Forbidden, null), LlmErrorKind.Permission },
        { new BodyException(HttpStatusCode.Forbidden, """{"error":{"message":"no <html> for this key"}}"""), LlmErrorKind.Permission },
        { new BodyException(HttpStatusCode.TooManyRequests, Html), LlmErrorKind.RateLimited },
        { new BodyException(HttpStatusCode.BadGateway, Html), LlmErrorKind.Unavailable },
    };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public void A_page_in_the_exception_of_a_client_is_read_as_one(Exception exception, LlmErrorKind kind)
    {
        var error = ExceptionMapper.Map(exception, default);
        error.Kind.Should().Be(kind);
        error.StatusCode.Should().NotBeNull();
        error.Message.Should().NotContain("<");
    }

    private static System.Net.Http.Headers.HttpContentHeaders Headers(string type)
    {
        var content = new ByteArrayContent([]);
        content.Headers.ContentType = new(type);
        return content.Headers;
    }

    private static async Task<LlmException> FailAsync(string vendor, int status, string body, string type)
    {
        using var client = new HttpClient(new PageHandler(status, body, type));
        var provider = Vendors.New(vendor, client);
        using (provider as IDisposable)
            return (await provider.FailAsync(Reading.Streamed())).Error;
    }

    private sealed class PageHandler(int status, string body, string type) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type.Length > 0)
                content.Headers.TryAddWithoutValidation("Content-Type", type);
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = content, RequestMessage = request };
            response.Headers.Add("Retry-After", "7");
            return Task.FromResult(response);
        }
    }
}
