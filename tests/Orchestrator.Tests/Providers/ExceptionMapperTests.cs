using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers;

public class ExceptionMapperTests
{
    private const string Secret = "sk-secret and the prompt";

    public static TheoryData<Exception, LlmErrorKind> Foreign => new()
    {
        { new OperationCanceledException(Secret), LlmErrorKind.Timeout },
        { new TaskCanceledException(Secret, new TimeoutException()), LlmErrorKind.Timeout },
        { new TimeoutException(Secret), LlmErrorKind.Timeout },
        { new HttpRequestException(Secret), LlmErrorKind.Unavailable },
        { new IOException(Secret), LlmErrorKind.Unavailable },
        { new SocketException((int)SocketError.ConnectionRefused), LlmErrorKind.Unavailable },
        { new AuthenticationException(Secret), LlmErrorKind.Unavailable },
        { new NotSupportedException(Secret), LlmErrorKind.NotSupported },
        { new NotImplementedException(Secret), LlmErrorKind.NotSupported },
        { new JsonException(Secret), LlmErrorKind.MalformedResponse },
        { new InvalidDataException(Secret), LlmErrorKind.MalformedResponse },
        { new InvalidOperationException(Secret), LlmErrorKind.Unknown },
    };

    [Theory]
    [MemberData(nameof(Foreign), DisableDiscoveryEnumeration = true)]
    public void Foreign_exceptions_get_a_kind_and_keep_their_words_to_themselves(Exception foreign, LlmErrorKind kind)
    {
        var mapped = ExceptionMapper.Map(foreign, default);

        mapped.Kind.Should().Be(kind);
        mapped.InnerException.Should().BeSameAs(foreign);
        mapped.Message.Should().Contain(foreign.GetType().Name).And.NotContain(Secret);
        mapped.StatusCode.Should().BeNull();
    }

    [Theory]
    [InlineData(400, LlmErrorKind.InvalidRequest)]
    [InlineData(401, LlmErrorKind.Authentication)]
    [InlineData(402, LlmErrorKind.QuotaExceeded)]
    [InlineData(403, LlmErrorKind.Permission)]
    [InlineData(404, LlmErrorKind.ModelNotFound)]
    [InlineData(410, LlmErrorKind.ModelNotFound)]
    [InlineData(408, LlmErrorKind.Timeout)]
    [InlineData(413, LlmErrorKind.ContextLengthExceeded)]
    [InlineData(422, LlmErrorKind.InvalidRequest)]
    [InlineData(429, LlmErrorKind.RateLimited)]
    [InlineData(500, LlmErrorKind.ServerError)]
    [InlineData(502, LlmErrorKind.Unavailable)]
    [InlineData(503, LlmErrorKind.Unavailable)]
    [InlineData(504, LlmErrorKind.Timeout)]
    [InlineData(520, LlmErrorKind.ServerError)]
    [InlineData(529, LlmErrorKind.Unavailable)]
    [InlineData(302, LlmErrorKind.MalformedResponse)]
    [InlineData(418, LlmErrorKind.Unknown)]
    public void A_status_decides(int status, LlmErrorKind kind)
    {
        var mapped = ExceptionMapper.Map(new HttpRequestException(Secret, null, (HttpStatusCode)status), default, started: true);

        (mapped.Kind, mapped.StatusCode).Should().Be((kind, status));
        mapped.Message.Should().Contain($"HTTP {status}").And.NotContain(Secret);
    }

    [Fact]
    public void The_message_names_the_cause_of_a_broken_connection()
    {
        var refused = new HttpRequestException(
            HttpRequestError.ConnectionError, Secret, new SocketException((int)SocketError.ConnectionRefused));

        ExceptionMapper.Map(refused, default).Message.Should().Contain("ConnectionRefused");
        ExceptionMapper.Map(new HttpRequestException(HttpRequestError.SecureConnectionError), default).Message
            .Should().Contain("SecureConnectionError");
        ExceptionMapper.Map(new HttpRequestException(HttpRequestError.NameResolutionError), default).Message
            .Should().Contain("NameResolutionError");
        ExceptionMapper.Map(new HttpIOException(HttpRequestError.ResponseEnded), default).Message.Should().Contain("ResponseEnded");
    }

    [Fact]
    public void After_text_a_broken_connection_is_a_cut_answer()
    {
        ExceptionMapper.Map(new IOException(), default, started: true).Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        ExceptionMapper.Map(new JsonException(), default, started: true).Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public void Typed_exceptions_are_left_alone()
    {
        var typed = new LlmException(LlmErrorKind.Permission, "no");

        ExceptionMapper.Passes(typed, default).Should().BeTrue();
        ExceptionMapper.Map(typed, default).Should().BeSameAs(typed);
    }

    [Fact]
    public void The_callers_cancellation_is_never_turned_into_a_failure()
    {
        var token = new CancellationToken(canceled: true);
        var cancelled = new TaskCanceledException();

        ExceptionMapper.Passes(cancelled, token).Should().BeTrue();
        ExceptionMapper.Passes(cancelled, default).Should().BeFalse();
        ExceptionMapper.Passes(new IOException(), token).Should().BeFalse();
        FluentActions.Invoking(() => ExceptionMapper.Map(cancelled, token)).Should().Throw<TaskCanceledException>().Which
            .Should().BeSameAs(cancelled);
    }
}
