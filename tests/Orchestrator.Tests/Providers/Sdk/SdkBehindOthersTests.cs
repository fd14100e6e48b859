using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers.OpenAiCompatible;

namespace Orchestrator.Tests.Providers.Sdk;

#pragma warning disable CA1032, CA2201 // Shaped like the exceptions of SDKs, and thrown as applications throw.

/// <summary>A vendor's words decide the kind wherever an exception keeps them:
/// in .NET's own, in JSON, in a response, or behind another exception.</summary>
public class SdkBehindOthersTests
{
    private const string TooLong = """{"error":{"code":"context_length_exceeded","message":"maximum context length is 8192"}}""";
    private const string NoMoney = """{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}""";

    public static TheoryData<string, Func<HttpStatusCode, string, Exception>> Shapes => new()
    {
        { "message of .NET's own", (status, body) => new HttpRequestException($"Error: {body}", null, status) },
        { "body beside .NET's own", (status, body) => new HttpBodyException(status, body) },
        { "element of JSON",
            (status, body) => new ElementException((int)status, JsonDocument.Parse(body).RootElement.GetProperty("error")) },
        { "whole body as JSON", (status, body) => new ElementException((int)status, JsonDocument.Parse(body).RootElement) },
        { "body as text", (status, body) => new ElementException((int)status, body) },
        { "response", (status, body) => new ResponseException(new HttpResponseMessage(status) { Content = new StringContent(body) }) },
        { "response in bytes", (status, body) =>
            new ResponseException(new HttpResponseMessage(status) { Content = new ReadOnlyMemoryContent(Encoding.UTF8.GetBytes(body)) }) },
        { "response from a buffer", (status, body) => new ResponseException(new HttpResponseMessage(status) { Content = Buffered(body) }) },
        { "invalid operation", (status, body) => new InvalidOperationException("x", new BodyException(status, body)) },
        { "invocation", (status, body) => new TargetInvocationException(new BodyException(status, body)) },
        { "several wrappers", (status, body) =>
            new InvalidOperationException("x", new TargetInvocationException(new AggregateException(new BodyException(status, body)))) },
        { "plain exception", (status, body) => new Exception("x", new HttpRequestException(body, null, status)) },
    };

    [Theory]
    [MemberData(nameof(Shapes), DisableDiscoveryEnumeration = true)]
    public void The_words_are_found(string shape, Func<HttpStatusCode, string, Exception> make)
    {
        foreach (var (status, body, kind, code) in new[]
        {
            (HttpStatusCode.BadRequest, TooLong, LlmErrorKind.ContextLengthExceeded, "context_length_exceeded"),
            (HttpStatusCode.TooManyRequests, NoMoney, LlmErrorKind.QuotaExceeded, "insufficient_quota"),
        })
        {
            var mapped = ExceptionMapper.Map(make(status, body), default);
            (mapped.Kind, mapped.StatusCode, mapped.ProviderCode).Should().Be((kind, (int)status, code), shape);
            mapped.Message.Should().NotContain("8192").And.NotContain("quota\"");
        }
    }

    [Fact]
    public void A_wrapped_error_of_a_router_is_not_the_vendors()
    {
        var fault = RequestFault.Of(new BodyException(HttpStatusCode.TooManyRequests, NoMoney), "The messages");

        ExceptionMapper.Map(new InvalidOperationException("x", fault), default).Kind.Should().Be(LlmErrorKind.Unknown);
        ExceptionMapper.Map(new InvalidOperationException("x", new InvalidOperationException("y")), default).Kind
            .Should().Be(LlmErrorKind.Unknown);
        ExceptionMapper.Map(new InvalidOperationException("x", new JsonException()), default).Kind.Should().Be(LlmErrorKind.Unknown);
    }

    [Fact]
    public void A_body_that_is_still_to_come_is_left_alone()
    {
        var content = new StreamContent(new NeverRead());

        ExceptionMapper.Map(new ResponseException(new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = content }), default).Kind
            .Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Fact]
    public void One_slow_moment_does_not_lose_a_type()
    {
        using var gate = new ManualResetEventSlim();
        ExceptionMapper.Map(new OnceSlowException(gate), default).Kind.Should().Be(LlmErrorKind.Unknown);
        gate.Set();

        ExceptionMapper.Map(new OnceSlowException(gate), default).Kind.Should().Be(LlmErrorKind.RateLimited);
    }

    private static StreamContent Buffered(string body)
    {
        var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body)));
        content.LoadIntoBufferAsync().GetAwaiter().GetResult();
        return content;
    }

    private sealed class HttpBodyException(HttpStatusCode status, string body) : HttpRequestException("sk-secret", null, status)
    {
        public string ResponseBody => body;
    }

    private sealed class ElementException(int status, object error) : Exception("sk-secret")
    {
        public int StatusCode => status;

        public object Error => error;
    }

    private sealed class ResponseException(HttpResponseMessage response) : Exception("sk-secret")
    {
        public HttpResponseMessage Response => response;
    }

    private sealed class OnceSlowException(ManualResetEventSlim gate) : Exception("sk-secret")
    {
        public int StatusCode
        {
            get
            {
                gate.Wait();
                return 429;
            }
        }
    }

    private sealed class NeverRead : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("read");

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("read");
    }
}
