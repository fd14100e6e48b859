using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;
using Prometheus;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>The two lines a user of 0.7.0 knows, with their fields, and what must never be in them.</summary>
public class AttemptLogTests
{
    private const string Canary = "canary-90417";
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [BothModes]
    public async Task A_completed_request_is_one_line_with_its_fields(bool streamed)
    {
        using var logs = new Logs();
        var prices = PricingTable.Empty("RUB").With("acme", "m", new ModelPrice(1.2345m));
        await using var router = InOrder(new() { Prices = prices }, _time, logs, Slow("a", TimeSpan.FromMilliseconds(1500.25)));
        var (_, route) = await router.RunAsync(streamed);

        var record = logs.Named("llm_request_completed").Should().ContainSingle().Subject;
        record.Level.Should().Be(LogLevel.Information);
        record.Category.Should().Be("Orchestrator.Router");
        record.StructuredState!.Where(s => s.Key != "{OriginalFormat}").Should().BeEquivalentTo(new Dictionary<string, string?>
        {
            ["provider"] = "a",
            ["model"] = "m",
            ["latency_ms"] = "1500.25",
            ["streaming"] = $"{streamed}",
            ["success"] = "True",
            ["prompt_tokens"] = "1000",
            ["completion_tokens"] = "7",
            ["total_tokens"] = "1007",
            ["cost"] = "1.2431415",
            ["currency"] = "RUB",
            ["cost_rub"] = "1.24",
            ["call_id"] = $"{route.Attempts[0].CallId}",
            ["attempt"] = "1",
            ["role"] = "First",
        });
        record.Message.Should().StartWith("llm_request_completed provider=a model=m ");
    }

    [Theory]
    [BothModes]
    public async Task A_failed_request_is_one_line_with_its_kind_status_and_reason(bool streamed)
    {
        using var logs = new Logs();
        await using var router = InOrder(null, _time, logs, FakeProvider.Failing("a", LlmErrorKind.Unavailable, 503));
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        logs.Records.Select(r => (r.Id.Name, r.Level))
            .Should().Equal([("llm_request_failed", LogLevel.Warning), ("llm_call_failed", LogLevel.Error)]);
        var record = logs.Records[0];
        record.StructuredState!.Where(s => s.Key != "{OriginalFormat}").Should().BeEquivalentTo(new Dictionary<string, string?>
        {
            ["provider"] = "a",
            ["model"] = "a-model",
            ["latency_ms"] = "0",
            ["streaming"] = $"{streamed}",
            ["success"] = "False",
            ["error_kind"] = "Unavailable",
            ["status"] = "503",
            ["prompt_tokens"] = "0",
            ["completion_tokens"] = "0",
            ["total_tokens"] = "0",
            ["cost"] = "0",
            ["currency"] = "RUB",
            ["cost_rub"] = "0",
            ["provider_code"] = null,
            ["request_id"] = null,
            ["call_id"] = $"{error.Attempts[0].CallId}",
            ["attempt"] = "1",
            ["role"] = "First",
            ["reason"] = "a failed on purpose.",
        });
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_failed_is_one_line_with_its_whole_way(bool streamed)
    {
        using var logs = new Logs();
        await using var router = InOrder(
            null,
            _time,
            logs,
            FakeProvider.Failing("a", LlmErrorKind.Unavailable, 503),
            FakeProvider.Failing("b", LlmErrorKind.Timeout));
        await router.FailAsync<AllProvidersFailedException>(streamed);
        var record = logs.Named("llm_call_failed").Should().ContainSingle().Subject;
        record.GetStructuredStateValue("way").Should().Be("a: Unavailable (503); b: Timeout");
        record.GetStructuredStateValue("error_kind").Should().Be("Timeout");
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_failed_before_any_attempt_is_one_line_too(bool streamed)
    {
        using var logs = new Logs();
        await using var router = InOrder(null, _time, logs);
        await router.FailAsync<LlmException>(streamed);
        var record = logs.Records.Should().ContainSingle().Subject;
        record.GetStructuredStateValue("way").Should().Be("no attempt");
        record.GetStructuredStateValue("error_kind").Should().Be("NoCandidate");
    }

    [Theory]
    [InlineData("RUB", "1.24")]
    [InlineData("USD", null)]
    public async Task Cost_rub_has_two_decimals_and_is_there_for_roubles_only(string currency, string? expected)
    {
        using var logs = new Logs();
        var prices = PricingTable.Empty(currency).With("acme", "m", new ModelPrice(1.2345m));
        await using var router = InOrder(new() { Prices = prices }, _time, logs, Slow("a", TimeSpan.Zero));
        await router.RouteAsync("hello");
        var record = logs.Named("llm_request_completed").Single();
        record.GetStructuredStateValue("cost_rub").Should().Be(expected);
        record.GetStructuredStateValue("cost").Should().Be("1.2431415", "the exact cost is there in any currency");
        record.GetStructuredStateValue("currency").Should().Be(currency);
    }

    [Theory]
    [InlineData(LogLevel.Information, 2)]
    [InlineData(LogLevel.Warning, 1)]
    [InlineData(LogLevel.Error, 0)]
    public async Task A_level_that_is_switched_off_gets_no_line(LogLevel level, int lines)
    {
        using var logs = new LeveledLogs(level);
        await using var router =
            InOrder(null, _time, logs, FakeProvider.Failing("a", LlmErrorKind.ServerError), FakeProvider.Answering("b", "ok"));
        await router.RouteAsync("hello");
        logs.Lines.Should().Be(lines);
    }

    [Theory]
    [BothModes]
    public async Task Prompts_and_answers_are_never_in_logs_labels_or_messages(bool streamed)
    {
        using var logs = new Logs();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        ILlmProvider[] providers =
        [
            FakeProvider.Failing("kind", LlmErrorKind.ServerError, 500),
            // Foreign exceptions like to quote the request.
            FakeProvider.Failing("foreign", () => new InvalidOperationException($"cannot serve '{Canary}'")),
            new ChatClientProvider("client", new FakeChatClient { Failure = new HttpRequestException($"400: {Canary}") }),
            new FakeProvider("empty", (_, _) => Some.Updates()),
            BrokenStream.Provider("dispose", BreakAt.Disposal, () => new IOException("close")),
            FakeProvider.CutAfter("cut", () => new IOException($"reset near {Canary}"), Canary),
        ];
        await using var router = InOrder(new() { Observers = { new Acting(() => throw new InvalidOperationException("x")) } }, null, logs,
            providers).ExportingTo(registry);
        var error = await router.FailAsync<LlmException>(streamed, new ChatOptions { Instructions = Canary }, Prompt());
        await router.FailAsync<LlmException>(streamed, new ChatOptions { ModelId = "nobody", Instructions = Canary }, Prompt());
        router.ReplaceProviders([new(FakeProvider.Answering("ok", Canary))]);
        await router.AskAsync(streamed, new ChatOptions { Instructions = Canary }, Prompt());

        logs.Records.Should().HaveCountGreaterThan(10);
        logs.Records.Select(r => r.Message + string.Join(' ', r.StructuredState!.Select(s => s.Value)) + r.Exception?.Message)
            .Should().OnlyContain(t => !t.Contains(Canary));
        for (Exception? e = error; e is LlmException; e = e.InnerException)
            e.Message.Should().NotContain(Canary);
        error.Message.Should().NotContain(Canary);
        (error as AllProvidersFailedException)?.Attempts.Select(a => a.Error!.Message).Should().OnlyContain(m => !m.Contains(Canary));
        (await Exposition.ReadAsync(registry)).Text.Should().NotContain(Canary);
    }

    private static ChatMessage[] Prompt() => [new(ChatRole.User, $"my secret is {Canary}")];

    private FakeProvider Slow(string name, TimeSpan time) => new(name, (_, _) => AnswerAsync(time)) { Info = new(name, "acme", "m") };

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(TimeSpan time)
    {
        await Task.CompletedTask;
        _time.Advance(time);
        yield return Some.Word("ok");
        yield return Some.Finish();
        yield return Some.Usage(1000, 7);
    }

    private sealed class LeveledLogs(LogLevel from) : ILoggerFactory, ILogger
    {
        public int Lines { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= from;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines++;

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
