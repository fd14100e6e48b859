using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>What the service's errors become.</summary>
public class YandexGptErrorTests
{
    private const string Gauge = "ai.textGenerationCompletionSessionsCount.count gauge quota limit exceed: allowed 10 requests";
    private const string Rate = "ai.textGenerationCompletionRequestsPerHour.rate rate quota limit exceed: allowed 100 requests";

    public static TheoryData<int, int, string, LlmErrorKind> Rows { get; } = new()
    {
        { 3, 400, "Failed to parse model URI", LlmErrorKind.ModelNotFound },
        { 3, 400, "Specified folder ID 'b1ga' does not match with service account folder ID 'b1gb'", LlmErrorKind.InvalidRequest },
        { 3, 400, "empty message text", LlmErrorKind.InvalidRequest },
        { 3, 400, "temperature must be between 0 and 1", LlmErrorKind.InvalidRequest },
        { 3, 400, "Number of input tokens must be no more than 8192, got 9136", LlmErrorKind.ContextLengthExceeded },
        { 4, 504, "deadline exceeded", LlmErrorKind.Timeout },
        { 5, 404, "Model not found", LlmErrorKind.ModelNotFound },
        { 7, 403, "Permission denied", LlmErrorKind.Permission },
        { 7, 403, "The billing account is not ACTIVE", LlmErrorKind.QuotaExceeded },
        { 8, 429, Gauge, LlmErrorKind.RateLimited },
        { 8, 429, Rate, LlmErrorKind.RateLimited },
        { 12, 501, "not implemented", LlmErrorKind.ServerError },
        { 13, 500, "internal error", LlmErrorKind.ServerError },
        { 14, 503, "service unavailable", LlmErrorKind.Unavailable },
        { 16, 401, "Unknown api key", LlmErrorKind.Authentication },
        { 16, 401, "The apikey has expired", LlmErrorKind.Authentication },
        { 16, 401, "The token has expired", LlmErrorKind.Authentication },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_row_of_the_table_has_its_kind_code_words_and_request_id_in_both_shapes(
        int grpc, int http, string words, LlmErrorKind kind)
    {
        await using var test = new YandexGptCase();
        foreach (var body in new[] { YandexGptCase.Error(grpc, http, words), YandexGptCase.Status(grpc, words) })
        {
            foreach (var streamed in new[] { true, false })
            {
                test.Server.Enqueue(Fault.Status(http, body).And(Fault.Header("x-request-id", "req-7"))
                    .And(Fault.Header("x-server-trace-id", "trace-7")));
                var (text, error) = await test.FailAsync(streamed);
                (text, error.Kind, error.StatusCode, error.ProviderCode, error.RequestId).Should().Be(("", kind, http, $"{grpc}", "req-7"));
                (error.ProviderName, error.Model).Should().Be(("cloud", "yandexgpt-5-lite"));
                error.Message.Should().Contain(words);
            }
        }

        test.Server.ChatCount.Should().Be(4, "a key that cannot be renewed is not tried again");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_same_rows_under_200_are_errors_by_their_code(int grpc, int http, string words, LlmErrorKind kind)
    {
        await using var test = new YandexGptCase();
        foreach (var body in new[] { YandexGptCase.Error(grpc, http, words), YandexGptCase.Status(grpc, words) })
        {
            foreach (var streamed in new[] { true, false })
            {
                test.Server.Enqueue(Fault.Body(body));
                var (_, error) = await test.FailAsync(streamed);
                (error.Kind, error.StatusCode, error.ProviderCode).Should().Be((kind, 200, $"{grpc}"));
                error.Message.Should().Contain(words);
            }
        }
    }

    [Theory]
    [InlineData(Gauge, 1)]
    [InlineData(Rate, 60)]
    [InlineData("ai.textGenerationCompletionRequestsPerSecond.rate rate quota limit exceed: allowed 1 requests", 1)]
    [InlineData("slow down", null)]
    public async Task The_quotas_under_429_are_distinguished_by_how_long_to_wait(string words, int? seconds)
    {
        await using var test = new YandexGptCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Status(429, YandexGptCase.Error(8, 429, words)));
            (await test.FailAsync(streamed)).Error.RetryAfter.Should().Be(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
            test.Server.Enqueue(Fault.Status(429, YandexGptCase.Error(8, 429, words)).And(Fault.Header("Retry-After", "7")));
            (await test.FailAsync(streamed)).Error.RetryAfter.Should().Be(TimeSpan.FromSeconds(7), "what the server says goes first");
        }
    }

    [Fact]
    public async Task The_eleventh_open_call_is_refused_by_the_gauge_and_a_free_slot_serves_again()
    {
        await using var test = new YandexGptCase();
        test.Server.MaxOpen = 10;
        test.Server.Enqueue([.. Enumerable.Repeat(Fault.Stall(1), 10)]);
        using var leave = new CancellationTokenSource();
        var begun = 0;
        var open = Enumerable.Range(0, 10).Select(_ => OpenAsync()).ToList();
        // A call counts as open only a moment after its request; with the answer's head it certainly does.
        await ChatSurface.UntilAsync(() => Volatile.Read(ref begun) == 10);
        var (_, error) = await test.FailAsync(streamed: true);
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.RateLimited, TimeSpan.FromSeconds(1)));
        await leave.CancelAsync();
        foreach (var call in open)
            await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await test.Server.WhenDisconnectedAsync(TimeSpan.FromSeconds(20), 10);
        await ChatSurface.UntilAsync(() => test.Server.OpenCount <= 1);
        (await test.AskAsync(streamed: true)).Text.Should().NotBeEmpty();

        async Task OpenAsync()
        {
            await using var updates = test.Provider.GenerateAsync(YandexGptCase.Request(streamed: true), leave.Token)
                .GetAsyncEnumerator(leave.Token);
            await updates.MoveNextAsync();
            Interlocked.Increment(ref begun);
            while (await updates.MoveNextAsync())
            {
            }
        }
    }

    [Theory]
    [InlineData("x-server-trace-id")]
    [InlineData("x-client-request-id")]
    public async Task Another_id_stands_in_for_the_request_id(string header)
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Status(500, "oops", "text/plain").And(Fault.Header(header, "id-9")));
        (await test.FailAsync(streamed: true)).Error.RequestId.Should().Be("id-9");
    }

    [Fact]
    public async Task A_server_without_an_id_of_its_own_knows_the_request_by_ours()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Status(500, "oops", "text/plain"));
        (await test.FailAsync(streamed: true)).Error.RequestId
            .Should().NotBeNull().And.Be(test.Server.LastRequest.Header("x-client-request-id"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"error\":null}")]
    [InlineData("{\"error\":\"text\",\"code\":13,\"message\":\"other\"}")]
    [InlineData("{\"error\":{\"grpcCode\":\"13\",\"httpCode\":null,\"message\":[1]}}")]
    [InlineData("{\"code\":null,\"message\":\"\\ud83c\",\"details\":{}}")]
    [InlineData("{\"error\":\"cut")]
    public async Task An_error_body_of_any_shape_is_the_statuses_error(string body)
    {
        await using var test = new YandexGptCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Status(500, body));
            (await test.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.ServerError);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task An_error_line_ends_the_stream_with_its_words_after_the_text_so_far(int events)
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(new FakeReply("one two three four"), Fault.ErrorEvent(events));
        var (text, error) = await test.FailAsync(streamed: true);
        (text, error.Kind, error.StatusCode, error.ProviderCode)
            .Should().Be((events == 0 ? "" : "one two three", LlmErrorKind.ServerError, 200, "13"));
        error.Message.Should().Contain("internal error");
    }

    [Theory]
    [BothModes]
    public async Task The_router_gives_the_text_before_an_error_line_or_goes_elsewhere(bool live)
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.ErrorEvent(2));
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        if (live)
            (await router.FailAsync<LlmException>(streamed: true)).PartialText.Should().Be("one two");
        else
            (await router.AskAsync(streamed: false)).Should().Be("whole");
    }

    [Theory]
    [BothModes]
    public async Task Pages_redirects_and_nothing_at_all_are_no_answers(bool streamed)
    {
        await using var test = new YandexGptCase();
        foreach (var fault in new[] { Fault.Html(200), Fault.Empty200(), Fault.NoContent(), Fault.Body("\n\n"), Fault.Body("null"),
            Fault.Redirect(new Uri("http://127.0.0.1:1/")), Fault.DeepJson() })
        {
            test.Server.Enqueue(fault);
            var (text, error) = await test.FailAsync(streamed);
            text.Should().BeEmpty();
            error.Kind.Should().BeOneOf([LlmErrorKind.MalformedResponse, LlmErrorKind.StreamInterrupted], $"{fault} is no answer");
        }

        test.Server.Enqueue(Fault.Html(502));
        var (_, page) = await test.FailAsync(streamed);
        page.Kind.Should().Be(LlmErrorKind.Unavailable);
        page.Message.Should().NotContain("<");
    }

    [Fact]
    public async Task A_permission_error_and_an_unpaid_bill_say_what_to_do()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Error(LlmErrorKind.Permission), Fault.Error(LlmErrorKind.QuotaExceeded));
        (await test.FailAsync(streamed: true)).Error.Message.Should().Contain("ai.languageModels.user");
        (await test.FailAsync(streamed: true)).Error.Message.Should().Contain("billing account");
    }

    [Fact]
    public async Task Cancelling_closes_the_connection()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Stall(1));
        using var cancel = new CancellationTokenSource();
        var reading = test.Provider.ReadAsync(YandexGptCase.Request(streamed: true), cancel.Token);
        await test.Server.WhenAskedAsync(1, TimeSpan.FromSeconds(20));
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => reading).Should().ThrowAsync<OperationCanceledException>();
        await test.Server.WhenDisconnectedAsync(TimeSpan.FromSeconds(20));
    }
}
