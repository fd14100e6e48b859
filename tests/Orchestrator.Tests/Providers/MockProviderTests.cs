using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers;

public class MockProviderTests
{
    private static readonly MockOptions AtOnce = new() { Delay = TimeSpan.Zero };

    [Fact]
    public void Says_what_it_is() =>
        new MockProvider("m").Info.Should().Be(new ProviderInfo("m", "mock", "mock-normal"));

    [Fact]
    public void What_it_says_of_itself_can_be_adjusted_but_not_its_name()
    {
        var options = AtOnce with
        {
            Info = info => info with { Name = "other", Vendor = "openai", ContextWindow = 8, PrefersStreaming = true }
        };

        new MockProvider("m", options: options).Info.Should()
            .Be(new ProviderInfo("m", "openai", "mock-normal") { ContextWindow = 8, PrefersStreaming = true });
        FluentActions.Invoking(() => new MockProvider("m", options: AtOnce with { Info = _ => null! }))
            .Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("mock-normal")]
    [InlineData("mock-unhealthy")]
    [InlineData("anything")]
    public async Task Answers_the_last_user_message(string model)
    {
        var request = new LlmRequest(
        [
            new(ChatRole.User, "first"), new(ChatRole.Assistant, "answer"), new(ChatRole.User, "second"), new(ChatRole.Assistant, "more"),
        ]);

        var response = (await new MockProvider("m", model, AtOnce).ReadAsync(request)).Whole();

        response.Text.Should().Be("Mock response to: second");
        response.ModelId.Should().Be(model);
        response.FinishReason.Should().Be(ChatFinishReason.Stop);
        response.Usage.Should().BeNull();
    }

    [Fact]
    public async Task Streams_word_by_word()
    {
        var updates = await new MockProvider("m", options: AtOnce).ReadAsync(Reading.Streamed("one  two\nthree "));

        updates.Select(u => u.Text).Should().Equal("Mock", " response", " to:", " one", "  two", "\nthree ");
        updates.Should().OnlyContain(u => u.Role == ChatRole.Assistant && u.ModelId == "mock-normal");
        updates.Select(u => u.FinishReason).Should().Equal(null, null, null, null, null, ChatFinishReason.Stop);
    }

    [FsCheck.Xunit.Property]
    public void The_words_of_a_stream_are_exactly_the_text(string? text)
    {
        var provider = new MockProvider("m", options: AtOnce with { Reply = text ?? "" });

        var updates = provider.ReadAsync(Reading.Streamed());

        updates.IsCompletedSuccessfully.Should().BeTrue("without a delay nothing goes asynchronous");
        updates.GetAwaiter().GetResult().ToChatResponse().Text.Should().Be(text ?? "");
        updates.GetAwaiter().GetResult()[^1].FinishReason.Should().Be(ChatFinishReason.Stop);
    }

    [Theory]
    [InlineData("mock-timeout", LlmErrorKind.Timeout, null)]
    [InlineData("mock-ratelimit", LlmErrorKind.RateLimited, 429)]
    [InlineData("mock-auth-error", LlmErrorKind.Authentication, 401)]
    [InlineData("MOCK-Invalid-Request", LlmErrorKind.InvalidRequest, 400)]
    public async Task Fails_at_once_as_its_model_says(string model, LlmErrorKind kind, int? status)
    {
        foreach (var request in new[] { Reading.Streamed(), Reading.Buffered() })
        {
            var (text, error) = await new MockProvider("m", model, timeProvider: new FakeTimeProvider()).FailAsync(request);

            text.Should().BeEmpty();
            error.Kind.Should().Be(kind);
            error.StatusCode.Should().Be(status);
            (error.ProviderName, error.Model).Should().Be(("m", model));
        }
    }

    [Theory]
    [InlineData("mock-normal", true)]
    [InlineData("mock-timeout", true)]
    [InlineData("mock-unhealthy", false)]
    [InlineData("gpt-Unhealthy-4", false)]
    public async Task Only_an_unhealthy_model_fails_its_probe(string model, bool healthy) =>
        (await new MockProvider("m", model).ProbeAsync(default)).Should().Be(healthy);

    [Theory]
    [BothModes]
    public async Task Waits_100_ms_before_the_answer(bool streaming)
    {
        var time = new FakeTimeProvider();
        var provider = new MockProvider("m", timeProvider: time);
        await using var updates = provider.GenerateAsync(new("hi") { Streaming = streaming }, default).GetAsyncEnumerator();

        var first = updates.MoveNextAsync().AsTask();
        time.Advance(TimeSpan.FromMilliseconds(99));
        first.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromMilliseconds(1));

        (await first).Should().BeTrue();
    }

    [Fact]
    public async Task Waits_between_words_but_not_after_the_last()
    {
        var time = new FakeTimeProvider();
        var options = AtOnce with { Reply = "one two", ChunkDelay = TimeSpan.FromSeconds(1) };
        var provider = new MockProvider("m", options: options, timeProvider: time);
        await using var updates = provider.GenerateAsync(Reading.Streamed(), default).GetAsyncEnumerator();

        (await updates.MoveNextAsync()).Should().BeTrue();
        var second = updates.MoveNextAsync().AsTask();
        second.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        (await second).Should().BeTrue();
        (await updates.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task A_cancelled_wait_throws_with_the_callers_token()
    {
        using var cancel = new CancellationTokenSource();
        var options = new MockOptions { Script = [MockOutcome.Success(), MockOutcome.Hang()] };
        var provider = new MockProvider("m", options: options, timeProvider: new FakeTimeProvider());
        var calls = new[] { provider.ReadAsync(Reading.Buffered(), cancel.Token), provider.ReadAsync(Reading.Streamed(), cancel.Token) };
        calls.Should().OnlyContain(call => !call.IsCompleted);

        await cancel.CancelAsync();

        foreach (var call in calls)
        {
            (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>())
                .Which.CancellationToken.Should().Be(cancel.Token);
        }
    }

    [Fact]
    public async Task A_stream_without_delays_heeds_its_token_too()
    {
        using var cancel = new CancellationTokenSource();
        var provider = new MockProvider("m", options: AtOnce);
        await using var updates = provider.GenerateAsync(Reading.Streamed(), cancel.Token).GetAsyncEnumerator(cancel.Token);
        await updates.MoveNextAsync();

        await cancel.CancelAsync();

        await updates.Awaiting(u => u.MoveNextAsync().AsTask()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [BothModes]
    public async Task Reports_usage_when_told_to(bool streaming)
    {
        var usage = new TokenUsage(10, 5) { CachedTokens = 4, ReasoningTokens = 2 };
        var given = await UsageOf(AtOnce with { Usage = usage }, streaming);
        var counted = await UsageOf(AtOnce with { ReportUsage = true }, streaming);

        given.Should().BeEquivalentTo(new UsageDetails
        {
            InputTokenCount = 10,
            OutputTokenCount = 5,
            TotalTokenCount = 15,
            CachedInputTokenCount = 4,
            ReasoningTokenCount = 2,
        });
        (counted!.InputTokenCount, counted.OutputTokenCount).Should().Be((2, 5));
        (await UsageOf(AtOnce, streaming)).Should().BeNull();
    }

    [Fact]
    public async Task Usage_comes_after_the_finish_reason()
    {
        var updates = await new MockProvider("m", options: AtOnce with { Usage = new(1, 1) }).ReadAsync(Reading.Streamed());

        updates[^2].FinishReason.Should().Be(ChatFinishReason.Stop);
        updates[^1].Contents.Should().ContainSingle().Which.Should().BeOfType<UsageContent>();
    }

    [Theory]
    [BothModes]
    public async Task Answers_with_function_calls_until_it_is_given_results(bool streaming)
    {
        var call = new FunctionCallContent("1", "now", new Dictionary<string, object?> { ["zone"] = "UTC" });
        var provider = new MockProvider("m", options: AtOnce with { ToolCalls = [call] });

        var response = (await provider.ReadAsync(new("time?") { Streaming = streaming })).ToChatResponse();
        var answer = (await provider.ReadAsync(new([.. response.Messages, new(ChatRole.Tool, [new FunctionResultContent("1", "noon")])])
        {
            Streaming = streaming,
        })).ToChatResponse();

        response.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        response.Messages[0].Contents.Should().ContainSingle().Which.Should().BeEquivalentTo(call).And.NotBeSameAs(call);
        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.Text.Should().StartWith("Mock response");
    }

    [Fact]
    public async Task Text_and_function_calls_can_come_together()
    {
        var options = AtOnce with { Reply = "let me see", ToolCalls = [new("1", "now")] };

        var updates = await new MockProvider("m", options: options).ReadAsync(Reading.Streamed());

        updates.Select(u => u.Text).Should().Equal("let", " me", " see", "");
        updates.Select(u => u.FinishReason).Should().Equal(null, null, null, ChatFinishReason.ToolCalls);
    }

    private static async Task<UsageDetails?> UsageOf(MockOptions options, bool streaming)
    {
        var updates = await new MockProvider("m", options: options).ReadAsync(new("two words") { Streaming = streaming });
        return streaming ? updates.ToChatResponse().Usage : updates.Whole().Usage;
    }
}
