using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>What answers mean: text, usage, ends, functions, notices.</summary>
public sealed class GigaChatAnswerTests
{
    [Theory]
    [BothModes]
    public async Task An_answer_has_text_model_time_and_usage(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("Ягель, 🌿 мох и ива.") { PromptTokens = 19, CachedTokens = 2, CompletionTokens = 9 };
        var answer = await test.AskAsync(streamed);
        (answer.Text, answer.ModelId, answer.FinishReason)
            .Should().Be(("Ягель, 🌿 мох и ива.", "GigaChat-2:2.0.28.2", ChatFinishReason.Stop));
        answer.CreatedAt.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        // On the wire the prompt is 17, for the cached two are not billed.
        (answer.Usage!.InputTokenCount, answer.Usage.CachedInputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount)
            .Should().Be((19, 2, 9, 28));
    }

    [Theory]
    [BothModes]
    public async Task Cached_tokens_are_counted_and_not_billed(bool streamed)
    {
        await using var test = new GigaChatCase(o => o.Model = "GigaChat-2-Max");
        test.Server.Reply = new FakeReply("да") { PromptTokens = 1037, CachedTokens = 37, CompletionTokens = 500 };
        await using var router = ChatSurface.InOrder(null, test.Provider);
        var response = await router.RouteAsync(GigaChatCase.Request(streamed));
        (response.Usage.PromptTokens, response.Usage.CachedTokens, response.Usage.CompletionTokens).Should().Be((1037, 37, 500));
        (response.Cost, response.Currency).Should().Be((1.5m * 0.65m, "RUB"));
    }

    [Theory]
    [InlineData("stop", "stop")]
    [InlineData("length", "length")]
    [InlineData("blacklist", "content_filter")]
    [InlineData("function_call", "tool_calls")]
    [InlineData("something_new", "something_new")]
    public async Task Every_end_has_its_meaning(string said, string meant)
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("Не люблю менять тему.") { FinishReason = said };
        foreach (var streamed in new[] { true, false })
        {
            var answer = await test.AskAsync(streamed);
            (answer.FinishReason!.Value.Value, answer.Text).Should().Be((meant, "Не люблю менять тему."));
            answer.Usage.Should().NotBeNull("a refusal is billed too");
        }
    }

    [Theory]
    [BothModes]
    public async Task An_end_by_error_is_no_answer_but_its_usage_is_kept(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("") { FinishReason = "error", PromptTokens = 40, CompletionTokens = 12 };
        var (_, error) = await test.FailAsync(streamed);
        (error.Kind, error.ProviderCode).Should().Be((LlmErrorKind.MalformedResponse, "error"));
        if (!streamed)
            return;
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        var response = await router.RouteAsync(GigaChatCase.Request(streamed));
        response.Text.Should().Be("whole");
        (response.Attempts[0].Usage.PromptTokens, response.Attempts[0].Usage.CompletionTokens).Should().Be((40, 12));
    }

    [Theory]
    [BothModes]
    public async Task A_call_comes_with_arguments_and_state_and_goes_back_with_them(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(new FakeReply("")
        {
            ToolCalls = [new("weather_forecast", """{"location":"Манжерок","num_days":10}""", "0199e210-2f13-744c-8fe5-c9a19fe27db7")]
        });
        var answer = await test.AskAsync(streamed);
        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        var call = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Subject;
        (call.Name, call.CallId, call.Exception).Should().Be(("weather_forecast", "0199e210-2f13-744c-8fe5-c9a19fe27db7", null));
        call.Arguments!["location"]!.ToString().Should().Be("Манжерок");
        await test.AskAsync(streamed, null, [
            new(ChatRole.User, "?"), .. answer.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "тепло")])]);
        test.Server.LastRequest.Text.Should().Contain("\"functions_state_id\":\"0199e210-2f13-744c-8fe5-c9a19fe27db7\"")
            .And.Contain("{\\\"result\\\":\\\"тепло\\\"}");
    }

    [Theory]
    [BothModes]
    public async Task Thoughts_are_not_the_answer(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("Да.") { Reasoning = "Надо подумать." };
        var answer = await test.AskAsync(streamed);
        answer.Text.Should().Be("Да.");
        string.Concat(answer.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(c => c.Text))
            .Should().Be("Надо подумать.");
    }

    [Fact]
    public async Task Notices_of_progress_are_not_the_answer()
    {
        await using var test = new GigaChatCase();
        var notice = "data: {\"choices\":[{\"delta\":{\"content\":\"рисую…\",\"role\":\"function_in_progress\","
            + "\"function_call\":{\"name\":\"text2image\"}},\"index\":0}],\"object\":\"chat.completion\"}\n\n";
        test.Server.Enqueue(new FakeReply("раз два три"), Fault.InsertEvent(0, notice).And(Fault.InsertEvent(2, notice)));
        var answer = await test.AskAsync(streamed: true);
        answer.Text.Should().Be("раз два три");
        answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task An_answer_without_usage_has_none(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Reply = new FakeReply("Да.") { Usage = UsageForm.Omitted };
        (await test.AskAsync(streamed)).Usage.Should().BeNull();
        test.Server.Reply = new FakeReply("Да.") { Usage = UsageForm.EveryEvent, PromptTokens = 5, CompletionTokens = 7 };
        (await test.AskAsync(streamed)).Usage!.OutputTokenCount.Should().Be(7, "repeated usage is not added up");
    }

    [Fact]
    public async Task The_old_shapes_of_answers_are_read()
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.Body("""
            {"choices":[{"message":{"role":"assistant","content":"Конечно.","reasoning_content":"…"},"index":0,"finish_reason":"stop"}],
             "created":1678878333,
             "model":"GigaChat:v1.2.19.2","usage":{"prompt_tokens":"18","completion_tokens":68,"total_tokens":86,"system_tokens":3},
             "object":"chat.completion"}
            """));
        var answer = await test.AskAsync(streamed: false);
        (answer.Text, answer.Usage!.InputTokenCount, answer.Usage.CachedInputTokenCount, answer.Usage.OutputTokenCount)
            .Should().Be(("Конечно.", 18, null, 68));
        test.Server.Enqueue(
            Fault.Stream("data: {\"choices\":[{\"delta\":{\"content\":\"Да\",\"role\":\"assistant\"},\"index\":0}]}\n\ndata: "
                + "{\"choices\":[{\"delta\":{\"content\":\"\"},\"index\":0,\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"));
        (await test.AskAsync(streamed: true)).Text.Should().Be("Да");
    }
}
