using System.Net;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Sdk;

/// <summary>The words of SDKs' exceptions are read as those of HTTP errors are, by one table, and never shown.</summary>
public class SdkWordsTests
{
    public static TheoryData<Exception, LlmErrorKind> Words => new()
    {
        { new BodyException(HttpStatusCode.BadRequest, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is """
            + """too long: 210000 tokens > 200000 maximum"}}"""), LlmErrorKind.ContextLengthExceeded },
        { new BodyException(HttpStatusCode.BadRequest,
            """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API"}}"""),
            LlmErrorKind.QuotaExceeded },
        { new BodyException((HttpStatusCode)529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""),
            LlmErrorKind.Unavailable },
        { new BodyException(HttpStatusCode.BadRequest, "not JSON: the input is too long for the model"),
            LlmErrorKind.ContextLengthExceeded },
        { new BodyException(HttpStatusCode.BadRequest, null) { ErrorCode = "content_filter" }, LlmErrorKind.ContentFiltered },
        { new BodyException(HttpStatusCode.BadRequest, null) { ErrorCode = "ThrottlingException" }, LlmErrorKind.RateLimited },
        { new BodyException(HttpStatusCode.NotFound, null) { ErrorCode = "DeploymentNotFound" }, LlmErrorKind.ModelNotFound },
        { new WordsException(400, "Status 400: {\"error\":{\"code\":\"insufficient_quota\"}}"), LlmErrorKind.QuotaExceeded },
        { new WordsException(400, "the request exceeds the maximum number of tokens"), LlmErrorKind.ContextLengthExceeded },
        { new WordsException(400, "something else"), LlmErrorKind.InvalidRequest },
        { new NestedException(HttpStatusCode.BadRequest, new("API_KEY_INVALID", "x")), LlmErrorKind.Authentication },
        { new GrpcException(GrpcCode.ResourceExhausted), LlmErrorKind.RateLimited },
        { new GrpcException(GrpcCode.Unauthenticated), LlmErrorKind.Authentication },
        { new GrpcException(GrpcCode.DeadlineExceeded), LlmErrorKind.Timeout },
        { new GrpcException(GrpcCode.Unavailable), LlmErrorKind.Unavailable },
        { new GrpcException(GrpcCode.Unknown), LlmErrorKind.Unknown },
        { new NumberedEnumException(ApiStatus.TooMany), LlmErrorKind.RateLimited },
        { new BrokenException(), LlmErrorKind.RateLimited },
    };

    [Theory]
    [MemberData(nameof(Words), DisableDiscoveryEnumeration = true)]
    public void The_words_decide_the_kind(Exception exception, LlmErrorKind kind)
    {
        var mapped = ExceptionMapper.Map(exception, default);

        mapped.Kind.Should().Be(kind);
        mapped.Message.Should().NotContain("210000").And.NotContain("credit").And.NotContain("something else");
    }

    [Fact]
    public void Codes_ids_and_waits_are_found_wherever_they_are_kept()
    {
        var dictionary = new Dictionary<string, IEnumerable<string>> { ["retry-after"] = ["9"], ["Request-Id"] = ["req_011abc"] };
        foreach (var headers in new object[]
        {
            new HttpResponseMessage { Headers = { { "Retry-After", "9" }, { "request-id", "req_011abc" } } }.Headers,
            dictionary, dictionary.ToDictionary(p => p.Key, p => p.Value.First()),
            dictionary.ToDictionary(p => p.Key, p => p.Value.ToArray()),
        })
        {
            var mapped = ExceptionMapper.Map(new BodyException(HttpStatusCode.TooManyRequests, """{"error":{"type":"rate_limit_error"}}""")
            {
                ResponseHeaders = headers
            }, default);
            (mapped.Kind, mapped.ProviderCode, mapped.RequestId, mapped.RetryAfter)
                .Should().Be((LlmErrorKind.RateLimited, "rate_limit_error", "req_011abc", TimeSpan.FromSeconds(9)));
        }

        ExceptionMapper.Map(
            new BodyException(HttpStatusCode.Forbidden, null) { RequestID = "req-12", ErrorCode = "AccessDeniedException" }, default)
            .Should().BeEquivalentTo(new { RequestId = "req-12", ProviderCode = "AccessDeniedException", Kind = LlmErrorKind.Permission });
        ExceptionMapper.Map(new BodyException(HttpStatusCode.Forbidden, null) { RequestID = "sk-proj-12ab" }, default).RequestId
            .Should().BeNull();
        ExceptionMapper.Map(new BodyException(HttpStatusCode.Forbidden, null) { RequestID = "a b\r\nc" }, default).RequestId
            .Should().BeNull();
    }

    [Fact]
    public void Foreign_members_may_be_huge_or_never_come_back()
    {
        ExceptionMapper.Map(new BodyException(HttpStatusCode.BadRequest, new string('x', 50_000_000)), default).Kind
            .Should().Be(LlmErrorKind.InvalidRequest);
        using var gate = new ManualResetEventSlim();
        for (var i = 0; i < 5; i++)
            ExceptionMapper.Map(new StuckException(gate), default).Kind.Should().Be(LlmErrorKind.Unknown);
        StuckException.Asked.Should().Be(3, "a type that did not come back several times is not asked again");
        gate.Set();
    }

    [Theory]
    [InlineData("""{"error":{"type":"invalid_request_error","message":"prompt is too long"}}""", 400, LlmErrorKind.ContextLengthExceeded)]
    [InlineData("""{"error":{"code":"RESOURCE_EXHAUSTED","message":"x"}}""", 400, LlmErrorKind.RateLimited)]
    [InlineData("""{"error":{"type":"api_error","message":"x"}}""", 401, LlmErrorKind.Authentication)]
    public async Task Http_errors_events_and_exceptions_have_one_table(string body, int status, LlmErrorKind kind)
    {
        ExceptionMapper.Map(new BodyException((HttpStatusCode)status, body), default).Kind.Should().Be(kind);
        await using var openAi = new Wire();
        await using var ollama = new OllamaCase();
        openAi.Server.Always = ollama.Server.Always = Fault.Status(status, body);
        foreach (var streamed in new[] { true, false })
        {
            (await openAi.FailAsync(streamed)).Error.Kind.Should().Be(kind);
            (await ollama.FailAsync(streamed)).Error.Kind.Should().Be(kind);
        }

        if (status == 400)
        {
            openAi.Server.Always = Fault.Stream($"data: {body}\n\n");
            (await openAi.FailAsync(true)).Error.Kind.Should().Be(kind);
        }
    }

    [Theory]
    [BothModes]
    public async Task The_hook_reads_what_the_provider_cannot(bool streamed)
    {
        var own = new LlmException(LlmErrorKind.QuotaExceeded, "pay first") { ProviderCode = "E42", RetryAfter = TimeSpan.FromSeconds(5) };
        var (hooked, asked, _) = await FailAsync(streamed, _ => own);
        (hooked.Kind, hooked.Message, hooked.ProviderCode, hooked.ProviderName, hooked.Model)
            .Should().Be((LlmErrorKind.QuotaExceeded, "pay first", "E42", "wrapped", "m"));
        asked.Should().BeOfType<WordsException>();

        (await FailAsync(streamed, _ => null)).Error.Kind.Should().Be(LlmErrorKind.QuotaExceeded);
        (await FailAsync(streamed, _ => throw new InvalidOperationException("hook"))).Error.Kind.Should().Be(LlmErrorKind.QuotaExceeded);
        (await FailAsync(streamed, null)).Error.Kind.Should().Be(LlmErrorKind.QuotaExceeded);
    }

    [Theory]
    [BothModes]
    public async Task What_an_sdk_quotes_is_in_no_text_of_the_error(bool streamed)
    {
        const string prompt = "the nightjar sleeps at noon";
        foreach (var escape in Leaks.Escapes.Values)
        {
            var said = escape(prompt);
            foreach (var exception in new Exception[]
            {
                new BodyException(
                    HttpStatusCode.BadRequest, JsonSerializer.Serialize(new { error = new { message = said, code = said, type = said } }))
                {
                    ErrorCode = said,
                    RequestID = said
                },
                new WordsException(400, said), new InvalidOperationException(said),
                new AggregateException(said, new TimeoutException(said)), new HttpRequestException(said, null, HttpStatusCode.BadRequest),
                new IOException(said),
                new BodyException(HttpStatusCode.BadRequest, null)
                {
                    ErrorCode = "thenightjarsleepsatnoon",
                    RequestID = "the-nightjar-sleeps-at-noon"
                },
            })
            {
                foreach (var custom in new[] { true, false })
                {
                    var (error, _, thrown) = await FailAsync(streamed, null, exception, prompt, custom);
                    foreach (var text in new[] { error.ToString(), error.Message, error.ProviderCode, error.RequestId, thrown.ToString(),
                        thrown.ProviderCode, thrown.RequestId })
                        Leaks.In(text, prompt, PromptEcho.Shortest).Should().BeNull();
                }
            }
        }
    }

    private static async Task<(LlmException Error, Exception? Asked, LlmException Thrown)> FailAsync(
        bool streamed, Func<Exception, LlmException?>? hook, Exception? exception = null, string prompt = "hi", bool custom = false)
    {
        Exception? asked = null;
        using var client = new ThrowingClient(exception ?? new WordsException(400, "insufficient_quota"));
        await using var router = new Router(new RouterOptions { Retry = new RetryOptions { MaxRetriesPerProvider = 0 } });
        router.AddProvider(custom
            ? new FakeProvider("wrapped", (_, _) => throw exception!) { Info = new("wrapped", "v", "m") }
            : new ChatClientProvider("wrapped", client, new ProviderInfo("wrapped", "v", "m"))
            {
                MapException = hook is null ? null : e =>
                {
                    asked = e;
                    return hook(e);
                },
            });
        var thrown = await router.FailAsync<LlmException>(streamed, messages: [new(ChatRole.User, prompt)]);
        return (thrown is AllProvidersFailedException { InnerException: LlmException error } ? error : thrown, asked, thrown);
    }

    private sealed class ThrowingClient(Exception exception) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw exception;

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw exception;

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
