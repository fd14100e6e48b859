using System.Text;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.GigaChat;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Providers.Yandex;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A stream that breaks off is billed by the vendor's last numbers, taken once, where it gave any.</summary>
public class UsageOfBrokenStreamsTests
{
    private const string Piece =
        """{"choices":[{"index":0,"delta":{"content":"Ель"}}],"usage":{"prompt_tokens":17,"completion_tokens":5,"total_tokens":22}}""";

    private static readonly byte[] Growing = YandexGptCase.Bytes(
        YandexGptCase.Line("Один", tokens: 2), YandexGptCase.Line("Один, два", tokens: 5), YandexGptCase.Line("Один, два, три", tokens: 9));

    public static TheoryData<string, bool> Breakages => new()
    {
        { "cut", true }, { "cut", false }, { "error", true }, { "error", false }, { "garbage", true },
    };

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task Yandexs_last_running_total_is_billed_and_not_their_sum(string how, bool streamed)
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(how switch
        {
            "cut" => Fault.Stream(Growing),
            "error" => Fault.Stream((byte[])[.. Growing, .. YandexGptCase.Bytes(YandexGptCase.Error(13, 500, "broke"))]),
            _ => Fault.Stream((byte[])[.. Growing, .. "{{{\n{{{\n"u8]),
        });
        var attempt = await FailAsync(test.Provider, streamed);
        attempt.Usage.Should().Be(new TokenUsage(19, 9) { Source = UsageSource.Provider });
        attempt.Cost.Should().Be(0.0056m, "28 tokens at 0.20 ₽ per 1,000");
    }

    [Theory]
    [BothModes]
    public async Task What_GigaChat_has_reported_before_a_cut_is_billed(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.Stream(Sse(Piece)));
        (await FailAsync(test.Provider, streamed)).Usage.Should().Be(new TokenUsage(17, 5) { Source = UsageSource.Provider });
    }

    [Theory]
    [BothModes]
    public async Task What_an_OpenAI_compatible_server_has_reported_before_a_cut_is_billed_once(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(
            Fault.Stream(Sse(Piece, Piece.Replace("\"completion_tokens\":5", "\"completion_tokens\":8", StringComparison.Ordinal))));
        (await FailAsync(wire.Provider, streamed)).Usage.Should().Be(new TokenUsage(17, 8) { Source = UsageSource.Provider });
    }

    [Fact]
    public async Task A_count_of_nothing_is_not_taken_for_the_count_of_what_came()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(
            Fault.Stream(Sse(Piece.Replace("\"completion_tokens\":5", "\"completion_tokens\":0", StringComparison.Ordinal))));
        var usage = (await FailAsync(wire.Provider, streamed: true)).Usage;
        usage.PromptTokens.Should().Be(17);
        usage.CompletionTokens.Should().BePositive();
    }

    [Fact]
    public async Task A_stream_that_stalls_until_a_limit_is_billed_by_the_last_numbers_too()
    {
        await using var test = new YandexGptCase();
        test.Server.Enqueue(Fault.Stream(Growing).And(Fault.Stall(3)));
        var attempt = await FailAsync(test.Provider, streamed: true, new TimeoutOptions { Idle = TimeSpan.FromMilliseconds(300) });
        attempt.Error!.Kind.Should().Be(LlmErrorKind.Timeout);
        attempt.Usage.Should().Be(new TokenUsage(19, 9) { Source = UsageSource.Provider });
    }

    private static async Task<LlmAttempt> FailAsync(ILlmProvider provider, bool streamed, TimeoutOptions? limits = null)
    {
        var seen = new List<LlmAttempt>();
        var observer = new Listener(seen);
        await using var router =
            ChatSurface.InOrder(new RouterOptions { Prices = PricingTable.Current, Observers = { observer } }, provider);
        var request = new LlmRequest("what grows here?") { Timeouts = limits };
        var ask = async () =>
        {
            if (!streamed)
                await router.RouteAsync(request);
            else
                await foreach (var update in router.RouteStreamAsync(request))
                    _ = update;
        };
        await ask.Should().ThrowAsync<LlmException>();
        return seen.Should().ContainSingle().Subject;
    }

    private static byte[] Sse(params string[] events) => Encoding.UTF8.GetBytes(string.Concat(events.Select(e => $"data: {e}\n\n")));

    private sealed class Listener(List<LlmAttempt> seen) : IUsageObserver
    {
        public void OnAttempt(LlmAttempt attempt) => seen.Add(attempt);
    }
}
