using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>Prompts that Ollama seems to have cut without a word: by the count it reports.</summary>
public sealed class AttemptTruncationTests : IDisposable
{
    private const int Worth = 1000;
    private readonly Logs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(Worth + 2, Worth / 2, "ollama", true)]
    [InlineData(Worth + 2, (Worth / 2) + 1, "ollama", false)]
    [InlineData(Worth + 1, 1, "ollama", true)]
    [InlineData(Worth, 1, "ollama", false)]
    [InlineData(Worth + 2, 2 * Worth, "ollama", false)]
    [InlineData(10, 1, "ollama", false)]
    [InlineData(Worth + 2, 1, "other", false)]
    public async Task Less_than_half_of_more_than_a_thousand_tokens_is_warned_of(int sent, int reported, string vendor, bool warned)
    {
        var provider = Provider(vendor, () => Some.Updates(Some.Word("ok"), Some.Finish(), Some.Usage(reported, 1)));
        var prompt = PromptOf(sent, provider.Info);
        await using var router = InOrder(null, null, _logs, provider);
        foreach (var streamed in new[] { true, false })
            await router.RunAsync(streamed, prompt);

        var warning = _logs.Named("llm_prompt_truncated").ToList();
        warning.Should().HaveCount(warned ? 1 : 0, "a provider is warned of once");
        if (warned)
            warning[0].StructuredState.Should().Contain(KeyValuePair.Create("prompt_tokens", (string?)$"{reported}"))
                .And.Contain(KeyValuePair.Create("estimate", (string?)$"{sent}"));
    }

    [Theory]
    [BothModes]
    public async Task A_failed_attempt_says_nothing_about_the_prompt(bool streamed)
    {
        var provider = Provider("ollama", () => Some.Usage(1, 0).Then(new LlmException(LlmErrorKind.ServerError, "failed on purpose")));
        await using var router = InOrder(null, null, _logs, provider);
        await router.FailAsync<AllProvidersFailedException>(streamed, messages: [new(ChatRole.User, PromptOf(2 * Worth, provider.Info))]);
        _logs.Named("llm_prompt_truncated").Should().BeEmpty();
    }

    [Fact]
    public async Task Once_warned_of_a_provider_s_prompts_are_not_counted_any_more()
    {
        var result = new Watched(() => "a result");
        var provider = Provider("ollama", () => Some.Answer("ok"));
        await using var router = InOrder(null, null, _logs, provider);
        ChatMessage[] messages =
            [new(ChatRole.User, PromptOf(2 * Worth, provider.Info)), new(ChatRole.Tool, [new FunctionResultContent("1", result)])];
        await router.RouteAsync(messages);
        result.Reads().Should().BePositive();
        var before = result.Reads();
        await router.RouteAsync(messages);
        (result.Reads(), _logs.Named("llm_prompt_truncated").Count()).Should().Be((before, 1));
    }

    [Theory]
    [BothModes]
    public async Task A_prompt_that_cannot_be_counted_costs_the_warning_and_not_the_answer(bool streamed)
    {
        var result = new Watched(() => throw new InvalidOperationException("a getter failed on purpose"));
        await using var router = InOrder(null, null, _logs, Provider("ollama", () => Some.Answer("ok")));
        (await router.AskAsync(streamed, messages: [new(ChatRole.Tool, [new FunctionResultContent("1", result)])])).Should().Be("ok");
        var record = _logs.Named("llm_token_count_failed").Should().ContainSingle().Subject;
        (record.Exception!.Message, record.GetStructuredStateValue("provider")).Should().Be(("a getter failed on purpose", "a"));
    }

    [Theory]
    [BothModes]
    public async Task A_logger_that_does_not_even_know_its_level_costs_neither_the_answer_nor_the_permit(bool streamed)
    {
        await using var router = InOrder(null, null, new UnableLogs(), Provider("ollama", () => Some.Answer("ok")));
        (await router.AskAsync(streamed)).Should().Be("ok");
        (router.GetMetrics()["a"].InFlight, router.GetMetrics()["a"].SuccessfulRequests).Should().Be((0, 1));
    }

    private static FakeProvider Provider(string vendor, Func<IAsyncEnumerable<ChatResponseUpdate>> generate) =>
        new("a", (_, _) => generate()) { Info = new("a", vendor, "m") };

    /// <summary>A prompt of exactly so many tokens by the router's own count.</summary>
    private static string PromptOf(int tokens, ProviderInfo provider)
    {
        var counter = new TokenCounter();
        int Count(int length) => counter.Count([new ChatMessage(ChatRole.User, new string('.', length))], provider);
        // More text never gives fewer tokens.
        var (shorter, length) = (0, 10 * tokens);
        while (length - shorter > 1)
        {
            var middle = (shorter + length) / 2;
            if (Count(middle) < tokens)
                shorter = middle;
            else
                length = middle;
        }

        Count(length).Should().Be(tokens);
        return new string('.', length);
    }

    /// <summary>A tool's result that notes each read of it.</summary>
    private sealed class Watched(Func<string> text)
    {
        private int _reads;

        public int Reads() => _reads;

        public string Text
        {
            get
            {
                _reads++;
                return text();
            }
        }
    }

    private sealed class UnableLogs : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => throw new InvalidOperationException("a logger failed on purpose");

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("a logger failed on purpose");

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
