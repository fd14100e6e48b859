using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Sockets;
using OllamaSharp.Models.Exceptions;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Sdk;

/// <summary>What the exceptions of vendors' SDKs become, though the library references none of them.</summary>
public class SdkFailureTests
{
    public static TheoryData<Exception, LlmErrorKind, int?> Statuses => new()
    {
        { new NumberedException(401), LlmErrorKind.Authentication, 401 },
        { new NumberedException(403), LlmErrorKind.Permission, 403 },
        { new NumberedException(404), LlmErrorKind.ModelNotFound, 404 },
        { new NumberedException(503), LlmErrorKind.Unavailable, 503 },
        { new CodedException(HttpStatusCode.TooManyRequests), LlmErrorKind.RateLimited, 429 },
        { new CodedException((HttpStatusCode)529), LlmErrorKind.Unavailable, 529 },
        { new HidingException(HttpStatusCode.InternalServerError), LlmErrorKind.ServerError, 500 },
        { new HidingException(null), LlmErrorKind.Unknown, null },
        { new NamedException(HttpStatusCode.BadRequest), LlmErrorKind.InvalidRequest, 400 },
        { new NumberedException(200), LlmErrorKind.Unknown, null },
        { new NumberedException(int.MinValue), LlmErrorKind.Unknown, null },
        { new ForeignCodeException(), LlmErrorKind.Unknown, null },
        { new ThrowingException(), LlmErrorKind.Unknown, null },
        { new AggregateException(new NumberedException(500), new NumberedException(429)), LlmErrorKind.RateLimited, 429 },
        { new AggregateException(), LlmErrorKind.Unknown, null },
    };

    [Theory]
    [MemberData(nameof(Statuses), DisableDiscoveryEnumeration = true)]
    public void A_public_status_decides(Exception exception, LlmErrorKind kind, int? status)
    {
        var mapped = ExceptionMapper.Map(exception, default, started: true);

        (mapped.Kind, mapped.StatusCode).Should().Be((kind, status));
        mapped.Message.Should().NotContain("sk-secret");
        mapped.InnerException.Should().BeSameAs(exception);
    }

    [Fact]
    public void Without_an_answer_the_failure_of_the_network_decides()
    {
        var refused = new HttpRequestException(
            HttpRequestError.ConnectionError, "x", new SocketException((int)SocketError.ConnectionRefused));

        foreach (var wrapped in new Exception[] { new NumberedException(0, null, refused), new ForeignCodeException(refused),
            new AggregateException(new TimeoutException(), refused) })
        {
            var mapped = ExceptionMapper.Map(wrapped, default);
            (mapped.Kind, mapped.StatusCode).Should().Be((LlmErrorKind.Unavailable, null));
        }

        ExceptionMapper.Map(new NumberedException(0, null, refused), default).Message.Should().Contain("ConnectionRefused");
        ExceptionMapper.Map(new NumberedException(0, null, new IOException()), default, started: true).Kind
            .Should().Be(LlmErrorKind.StreamInterrupted);
        ExceptionMapper.Map(new NumberedException(0, null, new TaskCanceledException()), default).Kind.Should().Be(LlmErrorKind.Timeout);
    }

    [Fact]
    public void A_status_of_another_service_deep_inside_is_not_the_vendors()
    {
        var token = new HttpRequestException("x", null, HttpStatusCode.BadRequest);

        ExceptionMapper.Map(new ForeignCodeException(token), default).Kind.Should().Be(LlmErrorKind.Unknown);
    }

    [Theory]
    [InlineData("""{"error":{"code":"context_length_exceeded","message":"sk-secret"}}""", 400, LlmErrorKind.ContextLengthExceeded,
        "context_length_exceeded")]
    [InlineData("""{"error":{"code":"insufficient_quota"}}""", 429, LlmErrorKind.QuotaExceeded, "insufficient_quota")]
    [InlineData("""{"error":{"code":null,"type":"overloaded_error"}}""", 500, LlmErrorKind.Unavailable, "overloaded_error")]
    [InlineData("""{"error":{"code":"sk-proj-12ab"}}""", 401, LlmErrorKind.Authentication, null)]
    [InlineData("""{"error":{"code":1211}}""", 400, LlmErrorKind.InvalidRequest, "1211")]
    [InlineData("<html>", 502, LlmErrorKind.Unavailable, null)]
    [InlineData("", 500, LlmErrorKind.ServerError, null)]
    public void The_code_in_the_body_is_more_exact_than_the_status(string body, int status, LlmErrorKind kind, string? code)
    {
        var mapped = ExceptionMapper.Map(new NumberedException(status, new Reply(body, ("x-request-id", "req-7"))), default);

        (mapped.Kind, mapped.StatusCode, mapped.ProviderCode, mapped.RequestId).Should().Be((kind, status, code, "req-7"));
        mapped.Message.Should().NotContain("sk-");
    }

    [Fact]
    public void How_long_to_wait_is_read_from_headers_or_the_exception()
    {
        static TimeSpan? Wait(params (string, string)[] headers) =>
            ExceptionMapper.Map(new NumberedException(429, new Reply("{}", headers)), default).RetryAfter;

        Wait(("Retry-After", "7")).Should().Be(TimeSpan.FromSeconds(7));
        Wait(("Retry-After", "7"), ("retry-after-ms", "1500")).Should().Be(TimeSpan.FromSeconds(1.5));
        Wait(("Retry-After", "Wed, 21 Oct 2026 07:28:30 GMT"), ("Date", "Wed, 21 Oct 2026 07:28:00 GMT")).Should().Be(
            TimeSpan.FromSeconds(30));
        Wait(("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")).Should().Be(TimeSpan.Zero);
        Wait(("Retry-After", "soon")).Should().BeNull();
        Wait().Should().BeNull();
        ExceptionMapper.Map(new CodedException(HttpStatusCode.TooManyRequests) { RetryAfter = TimeSpan.FromSeconds(3) }, default).RetryAfter
            .Should().Be(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Exceptions_of_OllamaSharp_are_known_by_name()
    {
        static (LlmErrorKind, int?) Of(Exception exception) =>
            ExceptionMapper.Map(exception, default, started: true) is var e ? (e.Kind, e.StatusCode) : default;

        Of(new ModelDoesNotSupportToolsException("m does not support tools")).Should().Be((LlmErrorKind.NotSupported, 400));
        Of(new OllamaException("the prompt exceeds the context length")).Should().Be((LlmErrorKind.ContextLengthExceeded, 400));
        Of(new OllamaException("invalid option")).Should().Be((LlmErrorKind.InvalidRequest, 400));
        Of(new ResponseError("model runner has stopped")).Should().Be((LlmErrorKind.ServerError, null));
        Of(new ResponseError("server busy")).Should().Be((LlmErrorKind.Unavailable, null));
    }

    [Fact]
    public async Task The_exception_of_System_ClientModel_is_read_from_a_real_pipeline()
    {
        await using var server = new Orchestrator.Testing.FakeOpenAiServer();
        server.Always = Orchestrator.Testing.Fault.RateLimited("7").And(Orchestrator.Testing.Fault.Header("x-request-id", "req-8"));
        var pipeline = ClientPipeline.Create(new ClientPipelineOptions { RetryPolicy = new ClientRetryPolicy(0) });
        using var message = pipeline.CreateMessage();
        message.Request.Method = "POST";
        message.Request.Uri = new Uri(server.BaseUrl + "/chat/completions");
        message.Request.Content = BinaryContent.Create(
            BinaryData.FromString("""{"model":"m","messages":[{"role":"user","content":"hi"}]}"""));
        await pipeline.SendAsync(message);

        var mapped = ExceptionMapper.Map(new ClientResultException(message.Response!), default);

        (mapped.Kind, mapped.StatusCode, mapped.RetryAfter, mapped.ProviderCode)
            .Should().Be((LlmErrorKind.RateLimited, 429, TimeSpan.FromSeconds(7), "rate_limit_exceeded"));
        mapped.RequestId.Should().NotBeNullOrEmpty();
    }
}
