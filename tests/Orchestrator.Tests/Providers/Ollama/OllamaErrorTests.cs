using System.Text;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>What the server's errors become.</summary>
public class OllamaErrorTests
{
    public static TheoryData<int, string, LlmErrorKind> Rows { get; } = new()
    {
        { 400, "missing request body", LlmErrorKind.InvalidRequest },
        { 400, "model is required", LlmErrorKind.InvalidRequest },
        { 400, "invalid character 'x' looking for beginning of value", LlmErrorKind.InvalidRequest },
        { 400, "top_logprobs must be between 0 and 20", LlmErrorKind.InvalidRequest },
        { 400, "\"pine\" does not support chat", LlmErrorKind.NotSupported },
        { 400, "\"pine\" does not support thinking", LlmErrorKind.NotSupported },
        { 400, "registry.ollama.ai/library/pine:latest does not support tools", LlmErrorKind.NotSupported },
        { 400, "the prompt is longer than the context length currently available to the model; shorten it",
            LlmErrorKind.ContextLengthExceeded },
        { 400, "the input length exceeds the context length", LlmErrorKind.ContextLengthExceeded },
        { 401, "unauthorized", LlmErrorKind.Authentication },
        { 403, "remote models are disabled", LlmErrorKind.Permission },
        { 404, "model 'pine' not found", LlmErrorKind.ModelNotFound },
        { 404, "model \"pine\" not found, try pulling it first", LlmErrorKind.ModelNotFound },
        { 429, "you have reached your usage limit", LlmErrorKind.RateLimited },
        { 499, "request canceled", LlmErrorKind.Unavailable },
        { 500, "llama runner process has terminated: exit status 2", LlmErrorKind.ServerError },
        { 500, "model requires more system memory (40.1 GiB) than is available (7.9 GiB)", LlmErrorKind.Unavailable },
        { 502, "upstream failed", LlmErrorKind.Unavailable },
        { 503, "server busy, please try again.  maximum pending requests exceeded", LlmErrorKind.Unavailable },
        { 504, "timed out", LlmErrorKind.Timeout },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_error_has_its_kind_and_the_servers_words(int status, string words, LlmErrorKind kind)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Status(status, "{\"error\":" + System.Text.Json.JsonSerializer.Serialize(words) + "}"));
            var (text, error) = await test.FailAsync(streamed);
            (text, error.Kind, error.StatusCode, error.ProviderName, error.Model).Should().Be(("", kind, status, "local", "pine"));
            error.Message.Should().Contain(words).And.Contain(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001\u0002")]
    [InlineData("oops")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("{\"error\":null}")]
    [InlineData("{\"error\":{}}")]
    [InlineData("{\"error\":\"\\u0000\\u0001\"}")]
    [InlineData("{\"error\":\"\\ud83c\"}")]
    [InlineData("{\"error\":42}")]
    [InlineData("{\"\\ud83c\":1,\"error\":\"x\"}")]
    [InlineData("{\"error\":{\"error\":{\"error\":[{\"message\":1}]}}}")]
    [InlineData("{\"error\":\"cut")]
    public async Task An_error_body_of_any_shape_is_the_statuses_error(string body)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Status(500, body));
            var (_, error) = await test.FailAsync(streamed);
            (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.ServerError, 500));
        }
    }

    [Fact]
    public async Task Invalid_UTF8_in_an_error_is_replaced()
    {
        await using var test = new OllamaCase();
        byte[] body = [.. "{\"error\":\"a"u8, 0xFF, 0xC3, .. "b\"}"u8];
        byte[] answer = [.. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 503 x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        test.Server.Enqueue(Fault.Raw(answer));
        var (_, error) = await test.FailAsync(streamed: true);
        error.Kind.Should().Be(LlmErrorKind.Unavailable);
        error.Message.Should().Contain("a\uFFFD");
    }

    [Fact]
    public async Task A_long_error_is_shortened_and_an_endless_one_not_read_to_its_end()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Status(500, "{\"error\":\"" + new string('e', 5000) + "\"}"),
            Fault.Status(500, new string('x', 5_000_000), "text/plain"));
        foreach (var _ in new int[2])
            (await test.FailAsync(streamed: true)).Error.Message.Length.Should().BeLessThan(500);
    }

    [Theory]
    [BothModes]
    public async Task How_long_to_wait_is_taken_from_the_header(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.RateLimited("7"));
        var (_, error) = await test.FailAsync(streamed);
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.RateLimited, TimeSpan.FromSeconds(7)));
    }

    [Theory]
    [InlineData(0, "an error was encountered while running the model: unexpected EOF", LlmErrorKind.ServerError)]
    [InlineData(2, "an error was encountered while running the model: unexpected EOF", LlmErrorKind.ServerError)]
    [InlineData(0, "server busy, please try again", LlmErrorKind.Unavailable)]
    [InlineData(1, "the prompt is longer than the context length", LlmErrorKind.ContextLengthExceeded)]
    public async Task An_error_line_under_200_ends_the_stream_with_its_words(int events, string words, LlmErrorKind kind)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.ErrorEvent(events, message: words));
        var (text, error) = await test.FailAsync(streamed: true);
        text.Should().Be(events switch { 0 => "", 1 => "one", _ => "one two" });
        (error.Kind, error.StatusCode).Should().Be((kind, 200));
        error.Message.Should().Contain(words);
    }

    [Theory]
    [InlineData("{\"error\":\"the runner died\"}")]
    [InlineData("{\"error\":{\"message\":\"the runner died\"}}")]
    [InlineData("{\"model\":\"pine\",\"message\":{\"content\":\"half\"},\"done\":true,\"error\":\"the runner died\"}")]
    public async Task A_whole_answer_that_reports_an_error_is_one(string body)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Body(body));
            var (text, error) = await test.FailAsync(streamed);
            (text, error.Kind).Should().Be(("", LlmErrorKind.ServerError));
            error.Message.Should().Contain("the runner died");
        }
    }

    [Theory]
    [BothModes]
    public async Task The_router_gives_the_text_before_an_error_line_or_goes_elsewhere(bool live)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.ErrorEvent(2));
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        if (live)
        {
            var error = await router.FailAsync<LlmException>(streamed: true);
            (error.Kind, error.PartialText).Should().Be((LlmErrorKind.ServerError, "one two"));
        }
        else
        {
            (await router.AskAsync(streamed: false)).Should().Be("whole");
        }
    }

    [Theory]
    [BothModes]
    public async Task An_error_line_before_the_first_word_goes_elsewhere(bool live)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.ErrorEvent(0));
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        (await router.AskAsync(live)).Should().Be("whole");
    }

    [Theory]
    [BothModes]
    public async Task Pages_and_nothing_at_all_are_no_answers(bool streamed)
    {
        await using var test = new OllamaCase();
        foreach (var fault in new[] { Fault.Html(200), Fault.Empty200(), Fault.NoContent(), Fault.Body("\n\n"), Fault.Body("[]"),
            Fault.Body("\"text\""), Fault.Body("null"), Fault.Body("OK", "text/plain") })
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

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}")]
    [InlineData("{\"message\":{\"content\":\"no end\"},\"done\":false}")]
    [InlineData("{\"message\":{\"content\":\"no end\"},\"done\":\"true\"}")]
    public async Task Json_without_the_completion_mark_is_no_answer(string body)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Body(body));
            (await test.FailAsync(streamed)).Error.Kind.Should().BeOneOf(LlmErrorKind.MalformedResponse, LlmErrorKind.StreamInterrupted);
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_reported_and_not_followed(int status)
    {
        await using var test = new OllamaCase(o => o.ApiKey = "sec-ret");
        await using var other = new FakeOllamaServer();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(Fault.Redirect(new Uri(other.Address, "/api/chat"), status));
            var (_, error) = await test.FailAsync(streamed);
            (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.MalformedResponse, status));
            error.Message.Should().Contain("redirect");
        }

        other.ConnectionCount.Should().Be(0);
    }

    [Theory]
    [InlineData("{\"error\":\"key sk-very-secret is unknown\"}", 401)]
    [InlineData("{\"error\":{\"message\":\"no\",\"code\":\"sk-very-secret\"}}", 403)]
    [InlineData("sk-very-secret", 500)]
    [InlineData("{\"error\":\"key sk-very-secret is unknown\"}", 200)]
    public async Task A_key_the_server_echoes_is_kept_out_of_the_error(string body, int status)
    {
        await using var test = new OllamaCase(o => o.ApiKey = "sk-very-secret");
        test.Server.Always = Fault.Status(status, body).And(Fault.Header("x-request-id", "sk-very-secret"));
        foreach (var streamed in new[] { true, false })
        {
            var (_, error) = await test.FailAsync(streamed);
            (error + error.ProviderCode + error.RequestId).Should().NotContain("very-secret");
        }

        test.Server.LastRequest.Header("Authorization").Should().Be("Bearer sk-very-secret");
    }
}
