using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Errors that come where an answer should, and what is kept of the answer.</summary>
public class ReportedErrorsTests
{
    private const string Word = """data: {"choices":[{"index":0,"delta":{"content":"half"},"finish_reason":null}]}""" + "\n\n";

    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}""", "half",
        LlmErrorKind.ServerError, "HTTP 200")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":" a word"},"finish_reason":"error"}]}""", "half a word",
        LlmErrorKind.ServerError, "HTTP 200")]
    [InlineData(
        """{"error":{"code":429,"message":"vendor is busy"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}""",
        "half", LlmErrorKind.RateLimited, "vendor is busy")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":" a word"},"finish_reason":"error","error":{"code":502,"message":"vendor """
        + """is gone"}}]}""", "half a word", LlmErrorKind.Unavailable, "vendor is gone")]
    public async Task A_stream_that_finishes_with_an_error_is_no_answer(string last, string text, LlmErrorKind kind, string words)
    {
        await using var wire = new Wire();
        wire.Server.Always = Fault.Stream($"{Word}data: {last}\n\ndata: [DONE]\n\n");

        var (read, error) = await wire.FailAsync(streamed: true);
        (read, error.Kind, error.StatusCode).Should().Be((text, kind, 200));
        error.Message.Should().Contain(words);

        await using var router = ChatSurface.InOrder(null, wire.Provider);
        var routed = await router.FailAsync<LlmException>(streamed: true);
        (routed.Kind, routed.PartialText).Should().Be((kind, text));
    }

    [Theory]
    [BothModes]
    public async Task A_whole_answer_that_finishes_with_an_error_keeps_its_text(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Always = Fault.Body("""{"choices":[{"index":0,"message":{"role":"assistant","reasoning":"hm","content":"half"}"""
            + ""","finish_reason":"error","error":{"code":"server_error","message":"vendor is gone"}}]}""");

        var (_, error) = await wire.FailAsync(streamed);

        (error.Kind, error.PartialText, error.ProviderCode).Should().Be((LlmErrorKind.ServerError, "half", "server_error"));
        error.Message.Should().Contain("vendor is gone").And.NotContain("half");
    }

    [Theory]
    [InlineData("""{"error":"Bad Request","message":"no such parameter"}""", "no such parameter", "Bad Request")]
    [InlineData("""{"message":"no such parameter","error":"Bad Request"}""", "no such parameter", "Bad Request")]
    [InlineData("""{"error":true,"message":"no such parameter"}""", "no such parameter", "true")]
    [InlineData("""{"error":"no such parameter"}""", "no such parameter", "HTTP 200")]
    public async Task A_message_says_more_than_a_flag_or_a_status_beside_it(string body, string shown, string hidden)
    {
        await using var wire = new Wire();
        wire.Server.Always = Fault.Status(400, body);
        var (_, error) = await wire.FailAsync(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        error.Message.Should().Contain(shown).And.NotContain(hidden);
    }

    [Fact]
    public async Task What_comes_after_a_whole_answer_cannot_take_it_back()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream(Word
            + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + "data: {\"choices\":[{\"delta\":{\"content\":\"!\"},\"finish_reason\":\"error\"}]}\n\n"
            + "data: [DONE]\n\n"));
        var answer = await wire.AnswerAsync(streamed: true);
        (answer.Text, answer.FinishReason).Should().Be(("half", ChatFinishReason.Stop));
    }

    [Theory]
    [InlineData("error: {\"code\":503,\"message\":\"slot is gone\",\"type\":\"unavailable_error\"}\n\n", LlmErrorKind.Unavailable,
        "slot is gone")]
    [InlineData("error:{\"error\":{\"code\":500,\"message\":\"slot is gone\"}}\n", LlmErrorKind.ServerError, "slot is gone")]
    [InlineData("error: slot is gone\n\n", LlmErrorKind.ServerError, "slot is gone")]
    [InlineData("event: error\ndata: slot is gone\n\n", LlmErrorKind.ServerError, "slot is gone")]
    public async Task An_error_line_is_an_error(string line, LlmErrorKind kind, string words)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream(Word + line), Fault.Stream(line));

        var (text, error) = await wire.FailAsync(streamed: true);
        (text, error.Kind).Should().Be(("half", kind));
        error.Message.Should().Contain(words);

        (await wire.FailAsync(streamed: true)).Error.Kind.Should().Be(kind);
    }

    [Theory]
    [InlineData(CutKind.Close)]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Clean)]
    public async Task What_breaks_after_the_head_has_status_and_request_id(CutKind how)
    {
        await using var ollama = new OllamaCase();
        await using var openAi = new Wire();
        foreach (var streamed in new[] { true, false })
        {
            var fault = Fault.CutAfterBytes(90, how).And(Fault.Header("x-request-id", "req_cut"));
            ollama.Server.Enqueue(fault);
            openAi.Server.Enqueue(fault);
            foreach (var (_, error) in new[] { await ollama.FailAsync(streamed), await openAi.FailAsync(streamed) })
                (error.StatusCode, error.RequestId?[^7..], error.Model is not null).Should().Be((200, "req_cut", true), error.Message);
        }
    }

    [Theory]
    [BothModes]
    public async Task What_is_too_large_or_reported_has_status_and_request_id(bool streamed)
    {
        await using var wire = new Wire();
        foreach (var fault in new[]
        {
            Fault.HugeBody(40_000_000), Fault.ErrorUnder200(), Fault.Stream("data: {\"error\":{\"message\":\"no\"}}\n\n")
        })
        {
            if (!streamed && fault.ToString().StartsWith("stream", StringComparison.Ordinal))
                continue;
            wire.Server.Enqueue(fault.And(Fault.Header("x-request-id", "req_odd")));
            var (_, error) = await wire.FailAsync(streamed);
            (error.StatusCode, error.RequestId?[^7..]).Should().Be((200, "req_odd"), fault.ToString());
        }
    }

    [Theory]
    [BothModes]
    public async Task The_partial_text_is_the_answers_text_alone(bool streamed)
    {
        await using var ollama = new OllamaCase();
        ollama.Server.Always = Fault.Stream(OllamaCase.Lines(
            """{"message":{"role":"assistant","content":"","thinking":"secret thought"},"done":false}""",
            """{"message":{"role":"assistant","content":"half"},"done":false}""",
            """{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"look_up","arguments":{"key":"argument"}}}]}"""
            + ""","done":false}""",
            """{"error":"the runner died"}"""));
        await using var openAi = new Wire();
        openAi.Server.Always = Fault.Stream(
            "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"secret thought\"}}]}\n\n" + Word
            + "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"look_up\","
                + "\"arguments\":\"{}\"}}]}}]}\n\n"
            + "data: {\"error\":{\"message\":\"the runner died\"}}\n\n");
        foreach (var provider in new ILlmProvider[] { ollama.Provider, openAi.Provider })
        {
            await using var router = new Router();
            router.AddProvider(provider, leaveOpen: true);
            var error = await router.FailAsync<LlmException>(streamed);
            (error.Kind, error.PartialText).Should().Be((LlmErrorKind.ServerError, "half"));
        }
    }

    [Fact]
    public async Task Thoughts_alone_are_no_partial_text_but_are_counted()
    {
        await using var ollama = new OllamaCase();
        ollama.Server.Always = Fault.Stream(
            OllamaCase.Lines("""{"message":{"role":"assistant","content":"","thinking":"a thought of several words"},"done":false}""",
                """{"error":"the runner died"}"""));
        var attempts = new AttemptLog();
        await using var router = new Router(new RouterOptions { Observers = { attempts } });
        router.AddProvider(ollama.Provider, leaveOpen: true);

        var error = await router.FailAsync<LlmException>(streamed: true);

        error.PartialText.Should().BeNull();
        attempts.Attempts.Should().ContainSingle().Which.Usage.CompletionTokens.Should().BeGreaterThan(3);
    }
}
