using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Answers as servers and the gateways before them send them: nothing twice, nothing lost, no end called good that is
/// none.</summary>
public sealed class GigaChatSpeechTests : IAsyncLifetime, IDisposable
{
    private readonly GigaChatCase _test = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    public void Dispose() => _test.Provider.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("""{"detail":"Internal Server Error"}""")]
    [InlineData("""{"code":"InternalError","message":"boom"}""")]
    [InlineData("""{"id":"x","choices":[]}""")]
    [InlineData("""{"choices":null,"usage":{"prompt_tokens":1}}""")]
    public async Task A_stream_without_a_choice_is_no_answer(string data)
    {
        var stream = Events(data.Length == 0 ? [] : [data]);
        _test.Server.Enqueue(Fault.Stream(stream), Fault.Stream(stream));
        var (_, error) = await _test.FailAsync(streamed: true);
        error.Kind.Should().BeOneOf(LlmErrorKind.MalformedResponse, LlmErrorKind.ServerError);
        if (data.Contains("Internal Server", StringComparison.Ordinal))
            error.Message.Should().Contain("Internal Server Error");
        await using var router = ChatSurface.InOrder(null, _test.Provider, FakeProvider.Answering("next", "whole"));
        (await router.RouteAsync(GigaChatCase.Request(streamed: true))).Text.Should().Be("whole");
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("network_error")]
    [InlineData("insufficient_system_resource")]
    public async Task An_end_that_means_failure_is_a_failed_attempt(string reason)
    {
        _test.Server.Enqueue(Fault.Stream(Events(Delta("\"The ans\""), End(reason))), Fault.Body(Whole("The ans", reason)));
        var (text, error) = await _test.FailAsync(streamed: true);
        (text, error.Kind, error.ProviderCode).Should().Be(("The ans", LlmErrorKind.ServerError, reason));
        (await _test.FailAsync(streamed: false)).Error.Kind.Should().Be(LlmErrorKind.ServerError);
    }

    [Fact]
    public async Task An_end_that_is_not_known_is_good_with_content_only()
    {
        _test.Server.Enqueue(Fault.Stream(Events(Delta("\"Да\""), End("Eureka"))), Fault.Stream(Events(End("Eureka"))));
        _test.Server.Enqueue(Fault.Body(Whole("Да", "Eureka")), Fault.Body(Whole("", "Eureka")));
        foreach (var streamed in new[] { true, false })
        {
            (await _test.AskAsync(streamed)).FinishReason.Should().Be(new ChatFinishReason("Eureka"));
            (await _test.FailAsync(streamed)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        }
    }

    [Theory]
    [InlineData("STOP", "stop")]
    [InlineData("end_turn", "stop")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("model_length", "length")]
    [InlineData("sensitive", "content_filter")]
    [InlineData("request_blacklist", "content_filter")]
    public async Task Names_that_mean_the_same_end_the_same(string sent, string read)
    {
        _test.Server.Enqueue(Fault.Stream(Events(Delta("\"Да\""), End(sent))), Fault.Body(Whole("Да", sent)));
        (await _test.AskAsync(streamed: true)).FinishReason.Should().Be(new ChatFinishReason(read));
        (await _test.AskAsync(streamed: false)).FinishReason.Should().Be(new ChatFinishReason(read));
    }

    [Fact]
    public async Task Calls_that_end_with_stop_are_calls_with_ids_of_their_own()
    {
        const string Call = "\"function_call\":{\"name\":\"f\",\"arguments\":[]}";
        var delta = $$"""{"choices":[{"delta":{"content":"",{{Call}}},"index":0}]}""";
        var ids = new List<string>();
        foreach (var streamed in new[] { true, false, true })
        {
            _test.Server.Enqueue(streamed
                ? Fault.Stream(Events(delta, End("stop")))
                : Fault.Body(
                    $$"""{"choices":[{"message":{"role":"assistant","content":"",{{Call}}},"index":0,"finish_reason":"stop"}]}"""));
            var answer = await _test.AskAsync(streamed);
            answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
            var call = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Subject;
            (call.Arguments!.Count, call.Exception).Should().Be((0, null));
            ids.Add(call.CallId);
        }

        ids.Should().OnlyHaveUniqueItems().And.OnlyContain(id => id.Length == 9 && id.All(char.IsAsciiLetterOrDigit));
    }

    [Fact]
    public async Task A_message_says_nothing_again_that_deltas_have_said()
    {
        string Both(string order) => $$"""{"choices":[{{{order}},"index":0,"finish_reason":"stop"}]}""";
        const string D = "\"delta\":{\"content\":\"раз\"}", M = "\"message\":{\"role\":\"assistant\",\"content\":\"раз\"}";
        foreach (var stream in new[]
        {
            Events(Both($"{D},{M}")), Events(Both($"{M},{D}")), Events(Delta("\"раз\""), Both(M)), Events(Both(M)),
            Events("""{"choices":[{"delta":{"content":""},"index":0}]}""", Both(M)),
        })
        {
            _test.Server.Enqueue(Fault.Stream(stream));
            (await _test.AskAsync(streamed: true)).Text.Should().Be("раз");
        }
    }

    [Fact]
    public async Task Half_a_character_waits_for_its_other_half()
    {
        async Task<string> ReadAsync(params string[] pieces)
        {
            _test.Server.Enqueue(Fault.Stream(Events([.. pieces.Select(Delta), End("stop")])));
            return (await _test.AskAsync(streamed: true)).Text;
        }

        (await ReadAsync("\"a\\ud83d\"", "\"\\ude00b\"")).Should().Be("a😀b");
        (await ReadAsync("\"\\ud83d\"", "\"\"", "\"\\ude00\\ud83d\"", "\"\\ude00\"")).Should().Be("😀😀");
        (await ReadAsync("\"a\\ud83d\"", "\"b\"")).Should().Be("a\uFFFDb");
        (await ReadAsync("\"a\\ud83d\"", "\"\\n\\ude00\"")).Should().Be("a\uFFFD\n\uFFFD");
        (await ReadAsync("\"a\\ud83d\"")).Should().Be("a\uFFFD");
        (await ReadAsync("\"a\\\\ud83d\"", "\"b\"")).Should().Be("a\\ud83db");
        _test.Server.Enqueue(Fault.Stream(Events(
            """{"choices":[{"delta":{"reasoning_content":"\ud83d"},"index":0}]}""",
            """{"choices":[{"delta":{"reasoning_content":"\ude00","content":"\ud83d"},"index":0}]}""",
            Delta("\"\\ude01\""),
            End("stop"))));
        var answer = await _test.AskAsync(streamed: true);
        answer.Text.Should().Be("😁");
        string.Concat(answer.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>()).Should().Be("😀");
    }

    [Theory]
    [BothModes]
    public async Task The_state_of_an_answer_without_a_call_goes_back_to_the_server_that_keeps_it(bool streamed)
    {
        const string State = "\"functions_state_id\":\"0199e210-2f13-744c\"";
        // The router asks for a stream where the provider prefers one.
        Fault Answer(bool routed) => streamed || routed
            ? Fault.Stream(Events(
                $$"""{"choices":[{"delta":{"content":"Вот","role":"assistant",{{State}}},"index":0}]}""", Delta("\" кот\""), End("stop")))
            : Fault.Body(
                $$"""{"choices":[{"message":{"role":"assistant","content":"Вот кот",{{State}}},"index":0,"finish_reason":"stop"}]}""");
        await using var other = new GigaChatCase();
        await using var router = ChatSurface.InOrder(null, _test.Provider);
        IChatClient client = router;
        foreach (var routed in new[] { false, true })
        {
            _test.Server.Enqueue(Answer(routed));
            var answer = !routed ? (await _test.AskAsync(streamed)).Messages
                : streamed ? (await client.GetStreamingResponseAsync(ChatSurface.Hello).ToChatResponseAsync()).Messages
                : (await client.GetResponseAsync(ChatSurface.Hello)).Messages;
            string.Concat(answer.Select(m => m.Text)).Should().Be("Вот кот");
            // As a history comes back from a store.
            var stored = JsonSerializer.Deserialize<List<ChatMessage>>(
                JsonSerializer.Serialize(answer, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;
            foreach (var history in new[] { answer, stored })
            {
                await _test.AskAsync(streamed, null, [new(ChatRole.User, "?"), .. history, new(ChatRole.User, "ещё")]);
                _test.Server.LastRequest.Json!.Value.GetProperty("messages")[1].GetRawText()
                    .Should().Be($$"""{"role":"assistant","content":"Вот кот",{{State}}}""");
                await other.AskAsync(streamed, null, [new(ChatRole.User, "?"), .. history, new(ChatRole.User, "ещё")]);
                other.Server.LastRequest.Text.Should().NotContain("functions_state_id").And.Contain("Вот кот");
            }
        }
    }

    private static string Delta(string json) => $$"""{"choices":[{"delta":{"content":{{json}}},"index":0}]}""";

    private static string End(string reason) => $$"""{"choices":[{"delta":{"content":""},"index":0,"finish_reason":"{{reason}}"}]}""";

    private static string Whole(string text, string reason) =>
        $$"""{"choices":[{"message":{"role":"assistant","content":"{{text}}"},"index":0,"finish_reason":"{{reason}}"}]}""";

    private static string Events(params string[] data) => string.Concat(data.Append("[DONE]").Select(d => $"data: {d}\n\n"));
}
