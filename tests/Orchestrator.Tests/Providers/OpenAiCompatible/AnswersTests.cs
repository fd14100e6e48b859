using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

public sealed class AnswersTests
{
    [Theory]
    [BothModes]
    public async Task An_answer_comes_with_text_usage_finish_reason_and_names(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Reply =
            new FakeReply("Привет, мир 🌍!") { PromptTokens = 11, CompletionTokens = 6, CachedTokens = 4, ReasoningTokens = 2 };

        var answer = await wire.AnswerAsync(streamed);

        answer.Text.Should().Be("Привет, мир 🌍!");
        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.ModelId.Should().Be("gpt-4o-mini");
        answer.ResponseId.Should().StartWith("chatcmpl-");
        answer.Usage!.InputTokenCount.Should().Be(11);
        answer.Usage.OutputTokenCount.Should().Be(6);
        answer.Usage.CachedInputTokenCount.Should().Be(4);
        answer.Usage.ReasoningTokenCount.Should().Be(2);
    }

    [Theory]
    [InlineData(UsageForm.AsAsked)]
    [InlineData(UsageForm.Unasked)]
    [InlineData(UsageForm.OnFinish)]
    [InlineData(UsageForm.EveryEvent)]
    public async Task Usage_is_found_wherever_the_stream_reports_it(UsageForm form)
    {
        await using var wire = new Wire(o => o.RequestUsage = form == UsageForm.AsAsked);
        wire.Server.Reply = new FakeReply("one two three") { PromptTokens = 11, CompletionTokens = 6, Usage = form };

        var updates = await wire.Provider.ReadAsync(Reading.Streamed());

        updates.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle()
            .Which.Details.Should().Match<UsageDetails>(u => u.InputTokenCount == 11 && u.OutputTokenCount == 6);
    }

    [Theory]
    [BothModes]
    public async Task Missing_usage_is_no_usage(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply { Usage = UsageForm.Omitted };

        (await wire.AnswerAsync(streamed)).Usage.Should().BeNull();
    }

    [Theory]
    [BothModes]
    public async Task Strange_numbers_in_usage_are_ignored(bool streamed)
    {
        const string usage =
            "\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":\"12\",\"total_tokens\":1e400,\"prompt_tokens_details\":null}";
        await using var wire = new Wire();
        wire.Server.Enqueue(streamed
            ? Fault.Stream($$"""data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],{{usage}}}""" + "\n\n")
            : Fault.Body($$"""{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],{{usage}}}"""));

        var answer = await wire.AnswerAsync(streamed);

        answer.Text.Should().Be("x");
        answer.Usage!.InputTokenCount.Should().BeNull();
        answer.Usage.OutputTokenCount.Should().Be(12);
        answer.Usage.TotalTokenCount.Should().BeNull();
    }

    [Theory]
    [BothModes]
    public async Task Tool_calls_are_put_together(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply("")
        {
            ToolCalls = [new("weather", """{"city":"Тверь","days":3}""", "call_a"), new("time", "{}", "call_b")],
            ToolCallParts = 9,
        };

        var answer = await wire.AnswerAsync(streamed);

        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().ToList();
        calls.Select(c => (c.CallId, c.Name)).Should().Equal(("call_a", "weather"), ("call_b", "time"));
        calls[0].Arguments!["city"]!.ToString().Should().Be("Тверь");
        calls[0].Arguments!["days"]!.ToString().Should().Be("3");
        calls[1].Arguments.Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task Reasoning_is_kept_apart_from_the_text(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply("Four.") { Reasoning = "Two and two." };

        var answer = await wire.AnswerAsync(streamed);

        answer.Text.Should().Be("Four.");
        string.Concat(answer.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(r => r.Text))
            .Should().Be("Two and two.");
    }

    [Theory]
    [BothModes]
    public async Task A_filtered_answer_says_so(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply("") { FinishReason = "content_filter" };

        (await wire.AnswerAsync(streamed)).FinishReason.Should().Be(ChatFinishReason.ContentFilter);
    }

    [Fact]
    public async Task The_request_is_what_the_protocol_asks_for()
    {
        await using var wire = new Wire();
        wire.Server.ApiKey = "sk-fake-0123456789";

        await wire.AnswerAsync(
            true, new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 9, StopSequences = ["###"], Instructions = "Be brief." });

        var request = wire.Server.LastRequest;
        request.Path.Should().Be("/v1/chat/completions");
        request.Header("Authorization").Should().Be("Bearer sk-fake-0123456789");
        request.Header("Content-Type").Should().Be("application/json");
        request.Header("Accept").Should().Be("text/event-stream");
        request.Header("Content-Length").Should().NotBeNull();
        request.Text.Should().Be(
            """{"model":"gpt-4o-mini","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]"""
            + ""","temperature":0.5,"max_tokens":9,"stop":["###"],"stream":true,"stream_options":{"include_usage":true}}""");
    }

    [Fact]
    public async Task A_connection_is_used_again()
    {
        await using var wire = new Wire();

        for (var i = 0; i < 6; i++)
            await wire.TextAsync(streamed: i % 2 == 1);

        // The end of a streamed body may come after the last event: on a busy machine the next call comes first, and opens a second one.
        // A stream that gave up its connection each time would need three.
        wire.Server.ConnectionCount.Should().BeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_server_that_does_not_stream_is_understood()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Body("""{"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}"""));

        (await wire.Provider.ReadAsync(Reading.Streamed())).Whole().Text.Should().Be("whole");
    }

    [Fact]
    public async Task The_probe_asks_for_the_models()
    {
        await using var wire = new Wire();
        wire.Server.EnqueueFor("/v1/models", Fault.None, Fault.Status(404), Fault.Status(503));

        (await wire.Provider.ProbeAsync(default)).Should().BeTrue();
        (await wire.Provider.ProbeAsync(default)).Should().BeTrue();
        (await wire.Provider.ProbeAsync(default)).Should().BeFalse();
        wire.Server.ChatCount.Should().Be(0);
    }
}
