using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Providers.GigaChat;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.Yandex;

namespace Orchestrator.Tests.Fuzzing;

/// <summary>What the fuzzer and the wall found in the providers of GigaChat, YandexGPT and Ollama, one small input each.</summary>
public class FuzzVendorFindingsTests
{
    private const string Prompt = "the secret recipe of the forest honey";

    [Fact]
    public async Task An_error_of_a_count_of_tokens_does_not_repeat_the_prompt()
    {
        await using var giga = new GigaChatCase();
        giga.Server.EnqueueFor("/api/v1/tokens/count", Fault.Status(400, $$"""{"status":400,"message":"bad input: {{Prompt}}"}"""));
        await using var yandex = new YandexGptCase();
        yandex.Server.EnqueueFor(
            "/foundationModels/v1/tokenizeCompletion", Fault.Status(400, $$"""{"code":3,"message":"bad input: {{Prompt}}"}"""));

        var errors = new[]
        {
            (await giga.Provider.Invoking(p => p.CountTokensAsync([new(ChatRole.User, Prompt)])).Should().ThrowAsync<LlmException>()).Which,
            (await yandex.Provider.Invoking(p => p.CountTokensAsync([new(ChatRole.User, Prompt)])).Should().ThrowAsync<LlmException>())
                .Which,
        };

        errors.Should().OnlyContain(e => e.Message.Contains("bad input") && !e.ToString().Contains(Prompt));
    }

    [Fact]
    public async Task A_token_under_an_error_s_status_is_not_quoted()
    {
        await using var giga = new GigaChatCase();
        giga.Server.EnqueueFor("/api/v2/oauth", Fault.Status(500, """{"access_token":"eyJ-very-secret","note":"odd"}"""));

        var (_, error) = await giga.FailAsync(streamed: true);

        error.ToString().Should().Contain("note: odd").And.NotContain("eyJ-very-secret");
    }

    [Fact]
    public async Task A_cut_stream_s_request_id_has_no_key_in_it()
    {
        const string Key = "sk-in-the-header";
        await using var test = new OllamaCase(o => o.ApiKey = Key);
        test.Server.Enqueue(Fault.Stream("""{"message":{"content":"hi"},"done":false}""" + "\n")
            .And(Fault.Header("x-request-id", $"req {Key}")));

        var (_, error) = await test.FailAsync(streamed: true);

        (error.Kind, error.RequestId).Should().Be((LlmErrorKind.StreamInterrupted, "req ***"));
    }

    [Theory]
    [BothModes]
    public async Task A_blank_reason_to_finish_is_none(bool streamed)
    {
        await using var giga = new GigaChatCase();
        giga.Server.Enqueue(streamed
            ? Fault.Stream("data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\" \"}]}\n\n")
            : Fault.Body("{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\" \"}]}"));
        (await giga.AskAsync(streamed)).FinishReason.Should().Be(ChatFinishReason.Stop);

        await using var yandex = new YandexGptCase();
        yandex.Server.Enqueue(Fault.Stream(YandexGptCase.Lines(YandexGptCase.Line("hi", " "), YandexGptCase.Line("hi there", "FINAL"))));
        (await yandex.AskAsync(streamed)).Text.Should().Be("hi there");
    }

    [Theory]
    [BothModes]
    public async Task Tool_calls_without_end_are_refused(bool streamed)
    {
        var calls = string.Join(",", Enumerable.Repeat("""{"functionCall":{}}""", 300));
        await using var yandex = new YandexGptCase();
        yandex.Server.Enqueue(Fault.Stream($$$"""{"result":{"alternatives":[{"message":{"toolCallList":{"toolCalls":[{{{calls}}}]}}"""
            + $$$""","status":"ALTERNATIVE_STATUS_TOOL_CALLS"}]}}""" + "\n"));
        (await yandex.FailAsync(streamed)).Error.Message.Should().Contain("256 tool calls");
    }

    [Fact]
    public async Task Tool_calls_without_end_are_refused_over_many_events_too()
    {
        await using var giga = new GigaChatCase();
        giga.Server.Enqueue(Fault.Stream(
            string.Concat(Enumerable.Repeat("data: {\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"f\"}}}]}\n\n", 300))));

        (await giga.FailAsync(streamed: true)).Error.Message.Should().Contain("256 tool calls");
    }

    [Fact]
    public async Task A_broken_character_in_a_tool_s_arguments_spares_the_rest()
    {
        await using var giga = new GigaChatCase();
        giga.Server.Enqueue(
            Fault.Stream((byte[])[.. "data: {\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"f\",\"arguments\":{\"city\":\"Om"u8,
                0xFF, .. "sk\"}}},\"finish_reason\":\"function_call\"}]}\n\n"u8]));

        var call = (await giga.AskAsync(streamed: true)).Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();

        call.Arguments!["city"]!.ToString().Should().Be("Om\uFFFDsk");
    }

    [Fact]
    public async Task Values_in_one_line_have_bounds()
    {
        await using var yandex = new YandexGptCase();
        yandex.Server.Enqueue(Fault.Stream(string.Concat(Enumerable.Repeat("{}", 20_000)) + "\n"));

        (await yandex.FailAsync(streamed: true)).Error.Message.Should().Contain("values in one line");
    }

    [Theory]
    [InlineData("В \\ud83c", "В \\ud83c\\udf32!", "В 🌲!")]
    [InlineData("a\\uFFFD", "a🌲b", "a🌲b")]
    [InlineData("a\uFFFD", "a🌲b", "a🌲b")]
    [InlineData("\\u0434а", "да ну", "да ну")]
    [InlineData("c:\\\\ud83c", "c:\\\\ud83c\\\\x", "c:\\ud83c\\x")]
    [InlineData("a\\\"b", "a\\\"b\\nc", "a\"b\nc")]
    public void What_is_new_in_a_line_is_found_whatever_escapes_it_is_written_in(string first, string second, string whole)
    {
        var text = new YandexGptText();

        var said = text.Take(Encoding.UTF8.GetBytes(first), isLast: false) + text.Take(Encoding.UTF8.GetBytes(second), isLast: true);

        (said, text.IsReplaced).Should().Be((whole, false));
    }

    [Fact]
    public void A_character_cut_within_its_bytes_comes_whole_with_the_next_line()
    {
        var text = new YandexGptText();
        var tree = Encoding.UTF8.GetBytes("a🌲b");

        var said = text.Take(tree.AsSpan(0, 3), isLast: false) + text.Take(tree, isLast: true);

        said.Should().Be("a🌲b");
    }

    [Fact]
    public async Task A_rate_limit_inside_a_stream_of_Ollama_is_one()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.ErrorEvent(1, LlmErrorKind.RateLimited));

        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.RateLimited);
    }

    [Theory]
    [BothModes]
    public async Task The_total_of_the_tokens_is_reported(bool streamed)
    {
        await using var ollama = new OllamaCase();
        ollama.Server.Enqueue(new FakeReply("hi") { PromptTokens = 5 });
        await using var yandex = new YandexGptCase();
        yandex.Server.Enqueue(new FakeReply("hi") { PromptTokens = 5 });

        foreach (var answer in new[] { await ollama.AskAsync(streamed), await yandex.AskAsync(streamed) })
            answer.Usage!.TotalTokenCount.Should().BeGreaterThan(5).And.Be(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
    }
}
