using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>What the API's errors become.</summary>
public sealed class GigaChatErrorTests
{
    public static TheoryData<int, string, LlmErrorKind, string?> Rows { get; } = new()
    {
        { 400, "Bad request", LlmErrorKind.InvalidRequest, null },
        { 401, "Unauthorized", LlmErrorKind.Authentication, null },
        { 401, "Token has expired", LlmErrorKind.Authentication, null },
        { 402, "Payment Required", LlmErrorKind.QuotaExceeded, "another model" },
        { 403, "Permission denied", LlmErrorKind.Permission, "tariff" },
        { 404, "No such model", LlmErrorKind.ModelNotFound, "ListModelsAsync" },
        { 413, "Payload too large", LlmErrorKind.ContextLengthExceeded, null },
        { 422, "Invalid params: repetition_penalty must be in range (0, +inf)", LlmErrorKind.InvalidRequest, null },
        { 422, "Invalid params: system message must be the first message", LlmErrorKind.InvalidRequest, null },
        { 422, "Requested model does not support functions", LlmErrorKind.NotSupported, null },
        { 422, "Invalid params: attachments exceed the context of the model", LlmErrorKind.ContextLengthExceeded, null },
        { 429, "Too many requests", LlmErrorKind.RateLimited, "1 generation(s) at a time" },
        { 500, "Internal Server Error", LlmErrorKind.ServerError, null },
        { 502, "Bad Gateway", LlmErrorKind.Unavailable, null },
        { 503, "Service Unavailable", LlmErrorKind.Unavailable, null },
        { 504, "Gateway Timeout", LlmErrorKind.Timeout, null },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_row_has_its_kind_the_vendors_words_its_id_and_a_cure(
        int status, string words, LlmErrorKind kind, string? advice)
    {
        await using var test = new GigaChatCase();
        var fault = Fault.Status(status, "{\"status\":" + status + ",\"message\":\"" + words + "\"}");
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Always = fault;
            var (text, error) = await test.FailAsync(streamed);
            (text, error.Kind, error.StatusCode, error.ProviderName, error.Model).Should().Be(("", kind, status, "giga", "GigaChat-2"));
            error.Message.Should().Contain(words).And.Contain(advice ?? words);
            error.RequestId.Should().StartWith("00000000-0000-4000-8000-");
        }
    }

    [Theory]
    [InlineData(500, "", LlmErrorKind.ServerError)]
    [InlineData(500, "oops", LlmErrorKind.ServerError)]
    [InlineData(500, "null", LlmErrorKind.ServerError)]
    [InlineData(500, "[1]", LlmErrorKind.ServerError)]
    [InlineData(403, "{\"message\":\"Unauthorized\"}", LlmErrorKind.Permission)]
    [InlineData(429, "{\"message\":", LlmErrorKind.RateLimited)]
    public async Task An_error_body_of_any_shape_is_the_statuses_error(int status, string body, LlmErrorKind kind)
    {
        await using var test = new GigaChatCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Status(status, body));
            (await test.FailAsync(streamed)).Error.Kind.Should().Be(kind);
        }
    }

    [Theory]
    [BothModes]
    public async Task Pages_of_the_edge_and_answers_that_are_none_are_typed(bool streamed)
    {
        await using var test = new GigaChatCase();
        foreach (var status in new[] { 502, 503 })
        {
            test.Server.Enqueue(Fault.Html(status));
            var (_, error) = await test.FailAsync(streamed);
            error.Kind.Should().Be(LlmErrorKind.Unavailable);
            error.Message.Should().NotContain("<");
        }

        foreach (var fault in new[] { Fault.Html(200), Fault.Empty200(), Fault.NoContent(), Fault.Body("[]"),
            Fault.Body("OK", "text/plain"), Fault.Body("{}"), Fault.Body("{\"choices\":[]}") })
        {
            test.Server.Enqueue(fault);
            var (text, error) = await test.FailAsync(streamed);
            (text, error.Kind).Should().Be(("", LlmErrorKind.MalformedResponse), $"{fault} is no answer");
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task A_stream_that_is_none_by_its_type_is_an_error(string? type)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.ContentType(type));
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind).Should().Be(("", LlmErrorKind.MalformedResponse));
        error.Message.Should().Contain("text/event-stream");
    }

    [Theory]
    [InlineData("text/event-stream; charset")]
    [InlineData("text/event-stream;;charset=utf-8")]
    [InlineData("TEXT/EVENT-STREAM, text/event-stream")]
    public async Task A_stream_whose_type_has_broken_parameters_is_one_all_the_same(string type)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.ContentType(type));
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("{\"status\":500,\"message\":\"Internal Server Error\"}", LlmErrorKind.ServerError)]
    [InlineData("{\"status\":429,\"message\":\"Too many requests\"}", LlmErrorKind.RateLimited)]
    [InlineData("{\"status\":402,\"message\":\"Payment Required\"}", LlmErrorKind.QuotaExceeded)]
    [InlineData("{\"error\":{\"code\":503,\"message\":\"busy\"}}", LlmErrorKind.Unavailable)]
    [InlineData("{\"error\":\"something\"}", LlmErrorKind.ServerError)]
    [InlineData("{\"message\":\"something\"}", LlmErrorKind.ServerError)]
    public async Task An_error_under_200_is_an_error_of_its_kind(string body, LlmErrorKind kind)
    {
        await using var test = new GigaChatCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Body(body));
            var said = (await test.FailAsync(streamed)).Error;
            (said.Kind, said.StatusCode).Should().Be((kind, 200));
            said.RequestId.Should().NotBeNullOrEmpty("the vendor's support asks for it");
        }

        test.Server.Enqueue(new FakeReply("раз два три"), Fault.InsertEvent(2, $"data: {body}\n\n"));
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind, error.StatusCode).Should().Be(("раз два", kind, 200));
        test.Server.Enqueue(Fault.InsertEvent(0, $"event: error\ndata: {body}\n\n"));
        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(kind);
    }

    [Theory]
    [BothModes]
    public async Task How_long_to_wait_is_read_if_it_is_said(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.RateLimited("7"), Fault.RateLimited());
        (await test.FailAsync(streamed)).Error.RetryAfter.Should().Be(TimeSpan.FromSeconds(7));
        (await test.FailAsync(streamed)).Error.RetryAfter.Should().BeNull();
    }

    [Theory]
    [BothModes]
    public async Task A_redirect_is_reported_and_not_followed(bool streamed)
    {
        await using var test = new GigaChatCase();
        await using var other = new FakeGigaChatServer();
        test.Server.Enqueue(Fault.Redirect(new Uri(other.Address, "/api/v1/chat/completions")));
        (await test.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        await using var tokens = new GigaChatCase();
        tokens.Server.EnqueueFor("/api/v2/oauth", Fault.Redirect(new Uri(other.Address, "/api/v2/oauth"), 302));
        (await tokens.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        other.ConnectionCount.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task The_router_goes_elsewhere_where_that_helps(bool streamed)
    {
        await using var test = new GigaChatCase();
        foreach (var kind in new[] { LlmErrorKind.QuotaExceeded, LlmErrorKind.Permission, LlmErrorKind.ModelNotFound,
            LlmErrorKind.RateLimited, LlmErrorKind.NotSupported })
        {
            test.Server.Enqueue(Fault.Error(kind));
            await using var router =
                ChatSurface.InOrder(null, new Wrapped(test.Provider, test.Provider.Info), FakeProvider.Answering("next", "whole"));
            (await router.AskAsync(streamed)).Should().Be("whole", $"{kind} is the provider's alone");
        }
    }

    [Fact]
    public async Task More_generations_than_the_account_may_run_are_refused()
    {
        await using var test = new GigaChatCase();
        test.Server.MaxOpen = 1;
        test.Server.Reply = new FakeReply("раз") { FirstDelay = TimeSpan.FromSeconds(2) };
        await test.Provider.ListModelsAsync();
        var first = test.AskAsync(streamed: true);
        await test.Server.WhenAskedAsync(1, TimeSpan.FromSeconds(10));
        test.Server.Reply = new FakeReply("раз");
        (await test.FailAsync(streamed: false)).Error.Kind.Should().Be(LlmErrorKind.RateLimited);
        (await first).Text.Should().Be("раз");
        (await test.AskAsync(streamed: false)).Text.Should().Be("раз", "the first has ended");
    }
}
