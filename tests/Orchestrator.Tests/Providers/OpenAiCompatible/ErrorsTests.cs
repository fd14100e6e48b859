using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

public sealed class ErrorsTests
{
    public static TheoryData<OpenAiDialect, LlmErrorKind, int, string?> Dialects => new()
    {
        { OpenAiDialect.OpenAi, LlmErrorKind.Authentication, 401, "invalid_api_key" },
        { OpenAiDialect.OpenAi, LlmErrorKind.Permission, 403, "unsupported_country_region_territory" },
        { OpenAiDialect.OpenAi, LlmErrorKind.QuotaExceeded, 429, "insufficient_quota" },
        { OpenAiDialect.OpenAi, LlmErrorKind.RateLimited, 429, "rate_limit_exceeded" },
        { OpenAiDialect.OpenAi, LlmErrorKind.ModelNotFound, 404, "model_not_found" },
        { OpenAiDialect.OpenAi, LlmErrorKind.ContextLengthExceeded, 400, "context_length_exceeded" },
        { OpenAiDialect.OpenAi, LlmErrorKind.ContentFiltered, 400, "content_policy_violation" },
        { OpenAiDialect.OpenAi, LlmErrorKind.InvalidRequest, 400, "decimal_above_max_value" },
        { OpenAiDialect.OpenAi, LlmErrorKind.ServerError, 500, "server_error" },
        { OpenAiDialect.OpenAi, LlmErrorKind.Unavailable, 503, "server_is_overloaded" },
        { OpenAiDialect.OpenAi, LlmErrorKind.Timeout, 504, "timeout" },
        { OpenAiDialect.Vllm, LlmErrorKind.ContextLengthExceeded, 400, "BadRequestError" },
        { OpenAiDialect.Vllm, LlmErrorKind.ModelNotFound, 404, "NotFoundError" },
        { OpenAiDialect.Vllm, LlmErrorKind.RateLimited, 429, "RateLimitError" },
        { OpenAiDialect.VllmFlat, LlmErrorKind.ContextLengthExceeded, 400, "BadRequestError" },
        { OpenAiDialect.VllmFlat, LlmErrorKind.ServerError, 500, "InternalServerError" },
        { OpenAiDialect.LlamaCpp, LlmErrorKind.ContextLengthExceeded, 400, "exceed_context_size_error" },
        { OpenAiDialect.LlamaCpp, LlmErrorKind.Unavailable, 503, "unavailable_error" },
        { OpenAiDialect.LlamaCpp, LlmErrorKind.Authentication, 401, "authentication_error" },
        { OpenAiDialect.LmStudio, LlmErrorKind.ContextLengthExceeded, 400, null },
        { OpenAiDialect.LmStudio, LlmErrorKind.ModelNotFound, 404, null },
        { OpenAiDialect.FastApi, LlmErrorKind.Authentication, 401, null },
        { OpenAiDialect.FastApi, LlmErrorKind.InvalidRequest, 400, null },
        { OpenAiDialect.OpenRouter, LlmErrorKind.QuotaExceeded, 402, "402" },
        { OpenAiDialect.OpenRouter, LlmErrorKind.RateLimited, 429, "429" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_error_has_kind_status_and_code_in_every_dialect(OpenAiDialect dialect, LlmErrorKind kind, int status, string? code)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Dialect = dialect;
            wire.Server.Enqueue(Fault.Error(kind));

            var (text, error) = await wire.FailAsync(streamed);

            text.Should().BeEmpty();
            error.Kind.Should().Be(kind);
            error.StatusCode.Should().Be(status);
            error.ProviderCode.Should().Be(code);
            error.ProviderName.Should().Be("wired");
            error.Model.Should().Be("gpt-4o-mini");
            error.Message.Length.Should().BeLessThan(500);
        }
    }

    [Theory]
    [InlineData(402, LlmErrorKind.QuotaExceeded)]
    [InlineData(408, LlmErrorKind.Timeout)]
    [InlineData(413, LlmErrorKind.ContextLengthExceeded)]
    [InlineData(422, LlmErrorKind.InvalidRequest)]
    [InlineData(502, LlmErrorKind.Unavailable)]
    [InlineData(504, LlmErrorKind.Timeout)]
    [InlineData(529, LlmErrorKind.Unavailable)]
    public async Task A_status_alone_tells_the_kind(int status, LlmErrorKind kind)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(
            Fault.Status(status, ""), Fault.Html(status), Fault.Status(status, "\0\0\0\0"), Fault.Status(status, "{\"error\":null}"));

        for (var i = 0; i < 4; i++)
        {
            var (_, error) = await wire.FailAsync(streamed: true);
            error.Kind.Should().Be(i == 1 && status is (402 or 413 or 422) ? LlmErrorKind.MalformedResponse : kind);
            error.StatusCode.Should().Be(status);
            error.Message.Should().NotContain("<html");
        }
    }

    [Theory]
    [InlineData("<html><head><title>400 No required SSL certificate was sent</title></head></html>", LlmErrorKind.Authentication,
        "certificate of the client")]
    [InlineData("<html><head><title>400 The SSL certificate error</title></head></html>", LlmErrorKind.Authentication,
        "certificate of the client")]
    [InlineData("<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
        LlmErrorKind.MalformedResponse, "HTML page")]
    public async Task A_page_under_status_400_is_a_gateways_and_no_judgement_of_the_request(string page, LlmErrorKind kind, string words)
    {
        await using var wire = new Wire();
        foreach (var streamed in new[] { true, false })
        {
            wire.Server.Enqueue(Fault.Status(400, page, "text/html"));

            var (_, error) = await wire.FailAsync(streamed);

            (error.Kind, error.StatusCode).Should().Be((kind, 400));
            error.Message.Should().Contain(words).And.NotContain("<");
        }
    }

    [Theory]
    [InlineData(CutKind.Close)]
    [InlineData(CutKind.Clean)]
    public async Task An_error_whose_body_is_cut_keeps_its_status(CutKind how)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Error(LlmErrorKind.Authentication).And(Fault.CutAfterBytes(20, how)));

        var (_, error) = await wire.FailAsync(streamed: true);

        error.Kind.Should().Be(LlmErrorKind.Authentication);
        error.StatusCode.Should().Be(401);
    }

    [Fact]
    public async Task An_error_whose_compressed_body_is_broken_keeps_its_status()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Error(LlmErrorKind.RateLimited).And(Fault.LyingEncoding()).And(Fault.Header("Retry-After", "2")));

        var (_, error) = await wire.FailAsync(streamed: true);

        error.Kind.Should().Be(LlmErrorKind.RateLimited);
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(LlmErrorKind.ServerError)]
    [InlineData(LlmErrorKind.RateLimited)]
    public async Task An_error_under_status_200_is_an_error(LlmErrorKind kind)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(
            Fault.ErrorUnder200(kind), Fault.ErrorUnder200(kind), Fault.ErrorUnder200(kind).And(Fault.ContentType("text/event-stream")));

        (await wire.FailAsync(true)).Error.Kind.Should().Be(kind);
        (await wire.FailAsync(false)).Error.Kind.Should().Be(kind);
        (await wire.FailAsync(true)).Error.Kind.Should().Be(kind);
    }

    [Fact]
    public async Task What_is_no_answer_is_malformed()
    {
        Fault[] faults =
        [
            Fault.Html(200), Fault.Empty200(), Fault.NoContent(), Fault.Body("{}"), Fault.Body("[]"), Fault.Body("null"),
            Fault.Body("\"hello\""),
            Fault.Body("{\"choices\":[]}"), Fault.Body("{\"choices\":[{}]}"), Fault.DeepJson(),
            Fault.Body("{\"choices\":[{\"message\":{\"content\":\"half"),
            Fault.LyingEncoding(), Fault.Body("hello", "text/plain"),
        ];
        await using var wire = new Wire();
        foreach (var fault in faults)
        {
            foreach (var streamed in new[] { true, false })
            {
                wire.Server.Enqueue(fault);
                var (text, error) = await wire.FailAsync(streamed);
                // A stream of one event that cannot be read says so in an update first, and then that it was cut.
                LlmErrorKind[] kinds = streamed
                    ? [LlmErrorKind.MalformedResponse, LlmErrorKind.StreamInterrupted]
                    : [LlmErrorKind.MalformedResponse];
                error.Kind.Should().BeOneOf(kinds, "{0}, streamed: {1}, said {2}", fault, streamed, error.Message);
                text.Should().BeEmpty();
            }
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var target = new FakeOpenAiServer();
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Redirect(new Uri(target.BaseUrl, "v1/chat/completions"), status));

        var (_, error) = await wire.FailAsync(streamed: true);

        error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        error.StatusCode.Should().Be(status);
        target.ConnectionCount.Should().Be(0);
    }

    public static TheoryData<string?, string?, double?> Waits => new()
    {
        { "2", null, 2 },
        { "0", null, 0 },
        { "1.5", null, 1.5 },
        { " 7 ", null, 7 },
        { "99999999999999999999", null, 86400 },
        { "-5", null, null },
        { "5, 10", null, null },
        { "soon", null, null },
        { "", null, null },
        { "1e3", null, null },
        { "Fri, 02 Jan 2026 00:00:30 GMT", null, 30 },
        { "Thu, 01 Jan 2026 00:00:00 GMT", null, 0 },
        { "Friday, 02-Jan-26 00:00:30 GMT", null, 30 },
        { "Fri Jan  2 00:00:30 2026", null, 30 },
        { null, "1500", 1.5 },
        { "9", "1500", 1.5 },
        { "9", "soon", 9 },
        { null, null, null },
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Retry_After_is_read_in_every_form(string? retryAfter, string? retryAfterMs, double? seconds)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
        await using var wire = new Wire(time: time, server: new FaultServerOptions { TimeProvider = time });
        wire.Server.Enqueue(Fault.RateLimited(retryAfter, retryAfterMs));

        var (_, error) = await wire.FailAsync(streamed: true);

        error.RetryAfter.Should().Be(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
        error.RequestId.Should().StartWith("req_");
    }

    [Theory]
    [BothModes]
    public async Task A_connection_that_fails_is_unavailable(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.CloseUnanswered(), Fault.ResetUnanswered(), Fault.CutHead(), Fault.CutHead(CutKind.Reset));
        for (var i = 0; i < 4; i++)
            (await wire.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.Unavailable);

        using var closed = new ClosedPort();
        using var provider = new OpenAiCompatibleProvider("closed", new OpenAiCompatibleOptions { BaseUrl = closed.Address, Model = "m" });
        (await provider.FailAsync(Wire.Ask(streamed))).Error.Kind.Should().Be(LlmErrorKind.Unavailable);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_unavailable()
    {
        using var authority = new TestAuthority();
        using var good = authority.Issue();
        using var expired = authority.Issue(validFrom: DateTimeOffset.UtcNow.AddDays(-20), validTo: DateTimeOffset.UtcNow.AddDays(-10));
        using var other = authority.Issue("example.org");
        foreach (var certificate in new[] { good, expired, other })
        {
            await using var wire = new Wire(server: new FaultServerOptions { Certificate = certificate });
            (await wire.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.Unavailable);
            wire.Server.Requests.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("sk-\r\nX-Evil: 1")]
    [InlineData("ключ")]
    [InlineData("sk-\0")]
    [InlineData(" sk-1")]
    [InlineData("sk-1\n")]
    public void A_key_that_cannot_go_into_a_header_is_refused_without_being_shown(string key)
    {
        var make = () => new OpenAiCompatibleProvider("x", new OpenAiCompatibleOptions { Model = "m", ApiKey = key });

        make.Should().Throw<ArgumentException>().Which.Message.Should().Contain("ApiKey").And.NotContain(key.Trim());
    }

    [Theory]
    [InlineData("X-A\r\nX-B", "1")]
    [InlineData("X A", "1")]
    [InlineData("X-A", "1\r\nX-Evil: 1")]
    public void Headers_that_cannot_be_sent_are_refused(string name, string value)
    {
        var options = new OpenAiCompatibleOptions { Model = "m", Headers = { [name] = value } };

        FluentActions.Invoking(() => new OpenAiCompatibleProvider("x", options)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secrets_that_the_server_echoes_are_not_repeated(bool asHeader)
    {
        const string secret = "canary-0123456789-canary";
        await using var wire = new Wire(o =>
        {
            o.ApiKey = asHeader ? null : secret;
            if (asHeader)
                o.Headers["api-key"] = secret;
        });
        wire.Server.Enqueue(
            Fault.Error(LlmErrorKind.Authentication, $"Incorrect API key provided: {secret}."),
            Fault.ErrorUnder200(LlmErrorKind.ServerError)
                .And(Fault.Body($"{{\"error\":{{\"message\":\"bad key {secret}\",\"code\":\"{secret}\"}}}}")),
            Fault.ErrorEvent(2, LlmErrorKind.ServerError, $"bad key {secret}"));

        for (var i = 0; i < 3; i++)
            (await wire.FailAsync(streamed: true)).Error.ToString().Should().NotContain(secret[..8]);
    }
}
